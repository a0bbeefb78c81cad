package io.replicator.race;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where and with what a race was run. */
final class Machine {
    private Machine() {}

    static Map<String, Object> describe(Cluster cluster, Path launcher, Map<String, Object> options) {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        machine.put("processors", Runtime.getRuntime().availableProcessors());
        machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("java", System.getProperty("java.vm.version"));
        machine.put("postgresql", cluster.value("postgres", "SHOW server_version"));
        machine.put("fsync", cluster.value("postgres", "SHOW fsync"));
        machine.put("settings", Cluster.SETTINGS.lines().toList());
        machine.put("launcher", launcher.getFileName().toString());
        machine.putAll(options);
        return machine;
    }
}
