package io.replicator.cli;

import io.replicator.status.StatusReport;
import java.util.List;
import java.util.function.Supplier;

/**
 * Shows a status about once a second until the process ends. On a terminal the screen is drawn over the last one, line
 * by line, so that nothing flickers or scrolls; elsewhere each status is one line.
 */
final class StatusWatch {
    private static final long PERIOD_MILLIS = 1_000;
    private static final int FRAMES_PER_SIZE = 5;
    private static final String CLEAR_SCREEN = "\u001b[H\u001b[2J";
    private static final String HOME = "\u001b[H";
    private static final String CLEAR_REST_OF_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";

    private final Terminal terminal;
    private final StatusScreen screen;

    StatusWatch(Terminal terminal, StatusScreen screen) {
        this.terminal = terminal;
        this.screen = screen;
    }

    /** Never returns but by an interrupt. */
    void run(Supplier<StatusReport> status) throws InterruptedException {
        int rows = 0;
        for (long frame = 0; ; frame++) {
            StatusReport report = status.get();
            if (terminal.watched()) {
                if (frame % FRAMES_PER_SIZE == 0) {
                    rows = TerminalSize.rows();
                }
                terminal.out().print((frame == 0 ? CLEAR_SCREEN : "") + frame(screen.lines(report), rows));
                terminal.out().flush();
            } else {
                terminal.out().println(ProgressLine.of(report));
            }
            Thread.sleep(PERIOD_MILLIS);
        }
    }

    /** One drawing over the last one, of at most so many rows that nothing scrolls. */
    static String frame(List<String> lines, int rows) {
        int room = rows - 1;
        StringBuilder frame = new StringBuilder(HOME);
        List<String> visible = lines.size() <= room ? lines : lines.subList(0, Math.max(0, room - 1));
        for (String line : visible) {
            frame.append(line).append(CLEAR_REST_OF_LINE).append('\n');
        }
        if (visible.size() < lines.size()) {
            frame.append("… ")
                    .append(lines.size() - visible.size())
                    .append(" more lines")
                    .append(CLEAR_REST_OF_LINE)
                    .append('\n');
        }
        return frame.append(CLEAR_BELOW).toString();
    }
}
