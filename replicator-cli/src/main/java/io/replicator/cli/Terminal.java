package io.replicator.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command reads from and writes to.
 *
 * @param out takes results
 * @param err takes prompts, failures and logs
 * @param watched whether a person looks at {@code out}, so that lines may be drawn again
 * @param answered whether a person can answer questions on {@code in}
 * @param styled whether {@code out} may hold colours
 */
public record Terminal(
        PrintStream out,
        PrintStream err,
        InputStream in,
        boolean watched,
        boolean answered,
        boolean styled,
        Map<String, String> environment) {
    /** The process's own streams, in UTF-8, since messages hold more than ASCII. */
    static Terminal ofProcess() {
        Map<String, String> environment = System.getenv();
        boolean watched = isTerminal(1);
        boolean styled = watched
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !"dumb".equals(environment.get("TERM"));
        return new Terminal(
                new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                System.in,
                watched,
                isTerminal(0),
                styled,
                environment);
    }

    /** Linux says it per descriptor; elsewhere Java knows only whether input and output both are terminals. */
    @SuppressWarnings("SystemConsoleNull") // null or not without a terminal, depending on the Java version
    private static boolean isTerminal(int descriptor) {
        Path link = Path.of("/proc/self/fd", Integer.toString(descriptor));
        try {
            String device = Files.readSymbolicLink(link).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException _) {
            Console console = System.console();
            return console != null && console.isTerminal();
        }
    }

    void print(Iterable<String> lines) {
        for (String line : lines) {
            out.println(line);
        }
    }

    /** Reads one line of an answer; empty at the end of input. */
    String answer() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int character = in.read(); character >= 0 && character != '\n'; character = in.read()) {
            line.append((char) character);
        }
        return line.toString().strip();
    }
}
