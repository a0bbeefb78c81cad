package io.replicator.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The command line, run in this process with real arguments. */
record Invocation(int exitCode, String out, String err) {
    static Invocation of(String... arguments) {
        return answered(Map.of(), null, arguments);
    }

    /** @param answer what the operator types; null where there is no terminal to type on */
    static Invocation answered(Map<String, String> environment, String answer, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        byte[] typed = answer == null ? new byte[0] : answer.getBytes(StandardCharsets.UTF_8);
        Terminal terminal = new Terminal(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                new ByteArrayInputStream(typed),
                false,
                answer != null,
                false,
                environment);
        int exitCode = Main.execute(terminal, arguments);
        return new Invocation(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
