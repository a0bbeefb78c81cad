package io.replicator.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What all processes of the machine together have used of its processors since it started, from Linux's
 * {@code /proc/stat}. It varies less than the time on the clock where a virtual machine waits for its host.
 *
 * @param busy seconds of one processor
 * @param stolen seconds in which the host gave the processor to others
 */
record ProcessorTime(double busy, double stolen) {
    private static final Path FILE = Path.of("/proc/stat");

    /** Linux reports this unit to every program, whatever the kernel counts in. */
    private static final double TICKS_PER_SECOND = 100;

    private static final List<Integer> BUSY = List.of(1, 2, 3, 6, 7);
    private static final int STOLEN = 8;

    /** Zero on other systems. */
    static ProcessorTime now() {
        if (!Files.isReadable(FILE)) {
            return new ProcessorTime(0, 0);
        }
        try {
            String[] fields = Files.readAllLines(FILE).get(0).split("\\s+", -1);
            double busy = BUSY.stream()
                    .mapToDouble(field -> Double.parseDouble(fields[field]))
                    .sum();
            return new ProcessorTime(busy / TICKS_PER_SECOND, Double.parseDouble(fields[STOLEN]) / TICKS_PER_SECOND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was used since this, as details of a run; empty on other systems. */
    Map<String, Double> since() {
        ProcessorTime now = now();
        Map<String, Double> used = new LinkedHashMap<>();
        if (now.busy > 0) {
            used.put("busy", now.busy - busy);
            used.put("stolen", now.stolen - stolen);
        }
        return used;
    }
}
