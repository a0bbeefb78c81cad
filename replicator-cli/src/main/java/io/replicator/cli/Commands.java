package io.replicator.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;

/** The commands by name. Describing one to the parser takes time, so that only what is needed is described. */
record Commands(Map<String, Supplier<Object>> byName) {
    private static final Commands ALL = all();

    private static Commands all() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("init", InitCommand::new);
        commands.put("check", CheckCommand::new);
        commands.put("run", RunCommand::new);
        commands.put("status", StatusCommand::new);
        commands.put("verify", VerifyCommand::new);
        commands.put("cutover", CutoverCommand::new);
        commands.put("sequences", SequencesCommand::new);
        commands.put("pause", PauseCommand::new);
        commands.put("resume", ResumeCommand::new);
        commands.put("resync", ResyncCommand::new);
        commands.put("throttle", ThrottleCommand::new);
        commands.put("teardown", TeardownCommand::new);
        commands.put("demo", DemoCommand::new);
        return new Commands(commands);
    }

    /** Returns the one that the first argument names, else all, as help and suggestions need them. */
    static Commands needed(String... arguments) {
        Supplier<Object> named = arguments.length == 0 ? null : ALL.byName.get(arguments[0]);
        return named == null ? ALL : new Commands(Map.of(arguments[0], named));
    }

    void addTo(CommandLine commandLine) {
        byName.forEach((name, command) -> commandLine.addSubcommand(name, command.get()));
    }
}
