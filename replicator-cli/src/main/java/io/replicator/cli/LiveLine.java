package io.replicator.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The last line of a terminal, which is drawn again and again below what is printed for good. Thread-safe. Shows nothing
 * drawn until {@link #show}, so that output to a file stays plain.
 */
final class LiveLine {
    private static final String CLEAR = "\r\u001b[K";

    private final PrintStream out;
    private String shown = "";

    LiveLine(PrintStream out) {
        this.out = out;
    }

    synchronized void show(String text) {
        out.print(CLEAR + text);
        out.flush();
        shown = text;
    }

    synchronized void print(String text) {
        erase();
        out.println(text);
        redraw();
    }

    synchronized void hide() {
        erase();
        shown = "";
    }

    /** Returns a stream to the same terminal; the line gives way to what is written to it. */
    PrintStream guard(PrintStream stream) {
        return new PrintStream(new Guard(stream), true, StandardCharsets.UTF_8);
    }

    private void erase() {
        if (!shown.isEmpty()) {
            out.print(CLEAR);
            out.flush();
        }
    }

    private void redraw() {
        if (!shown.isEmpty()) {
            out.print(shown);
            out.flush();
        }
    }

    private final class Guard extends FilterOutputStream {
        Guard(OutputStream stream) {
            super(stream);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            synchronized (LiveLine.this) {
                erase();
                out.flush();
                super.out.write(bytes, offset, length);
                super.out.flush();
                if (length > 0 && bytes[offset + length - 1] == '\n') {
                    redraw();
                }
            }
        }
    }
}
