package io.replicator.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Asks the terminal for its size, which Java does not tell. */
final class TerminalSize {
    private static final int USUAL_ROWS = 24;
    private static final long LIMIT_SECONDS = 2;

    private TerminalSize() {}

    /** Returns the rows of the controlling terminal, the usual 24 where they cannot be learned. */
    static int rows() {
        try {
            Process process = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            if (process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return parse(printed);
            }
            process.destroyForcibly();
        } catch (IOException _) {
            return USUAL_ROWS;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return USUAL_ROWS;
    }

    private static int parse(String printed) {
        int space = printed.indexOf(' ');
        try {
            int rows = space < 0 ? 0 : Integer.parseInt(printed.substring(0, space));
            return rows > 0 ? rows : USUAL_ROWS;
        } catch (NumberFormatException _) {
            return USUAL_ROWS;
        }
    }
}
