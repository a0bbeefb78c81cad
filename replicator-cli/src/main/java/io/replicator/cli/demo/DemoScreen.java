package io.replicator.cli.demo;

import io.replicator.RunListener;
import io.replicator.cutover.CutoverEvent;
import io.replicator.progress.Phase;
import io.replicator.status.StatusReport;
import java.io.PrintStream;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the demo prints while it runs: a line per step, and one line that is drawn anew on a terminal. Thread-safe. */
final class DemoScreen implements RunListener {
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintStream out;
    private final boolean terminal;
    private final long start = System.nanoTime();
    private final Map<Phase, Long> entered = new EnumMap<>(Phase.class);
    private @Nullable String failure;
    private Phase current = Phase.CREATED;
    private boolean drawn;

    DemoScreen(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    synchronized void say(String line) {
        if (drawn) {
            out.print(CLEAR_LINE);
            drawn = false;
        }
        out.printf(Locale.ROOT, "%6.1f s  %s%n", (System.nanoTime() - start) / 1e9, line);
        out.flush();
    }

    /** Lines without a time, for the closing tables. */
    synchronized void print(String text) {
        if (drawn) {
            out.print(CLEAR_LINE);
            drawn = false;
        }
        out.println(text);
        out.flush();
    }

    @Override
    public synchronized void phase(Phase phase, String detail) {
        entered.putIfAbsent(phase, System.nanoTime());
        current = phase;
        notifyAll();
        say(phase.word() + (detail.isEmpty() ? "" : ": " + detail));
    }

    @Override
    public synchronized void progress(StatusReport report) {
        if (!terminal) {
            return;
        }
        StatusReport.Copy copy = report.copy();
        String line = copy.tablesDone() < copy.tablesTotal()
                ? String.format(
                        Locale.ROOT,
                        "          copied %d of %d tables, %d of %d MB",
                        copy.tablesDone(),
                        copy.tablesTotal(),
                        copy.bytesDone() >> 20,
                        copy.bytesTotal() >> 20)
                : String.format(
                        Locale.ROOT,
                        "          lag %s s, %s bytes; %.0f rows/s, %d rows applied",
                        known(report.lag().seconds()),
                        known(report.lag().bytes()),
                        report.apply().rowsPerSecond(),
                        report.apply().rows());
        out.print(CLEAR_LINE + line);
        out.flush();
        drawn = true;
    }

    void cutover(CutoverEvent event) {
        if (!event.state().equals("started")) {
            say(String.format(
                    Locale.ROOT, "cutover: %-16s %6d ms  %s", event.step(), event.elapsedMillis(), event.detail()));
        }
    }

    /** Makes {@link #await} fail. */
    synchronized void fail(String why) {
        failure = why;
        notifyAll();
    }

    /**
     * Waits for a phase.
     *
     * @return why it will not come; null when it has come
     */
    synchronized @Nullable String await(Phase phase, long limitMillis) throws InterruptedException {
        long deadline = System.nanoTime() + limitMillis * 1_000_000;
        while (failure == null && !entered.containsKey(phase)) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return "phase " + phase.word() + " was not reached within " + limitMillis / 1_000 + " s; it is "
                        + current.word();
            }
            wait(left);
        }
        return failure;
    }

    /** Seconds between entering two phases; 0 when one was never entered. */
    synchronized double seconds(Phase from, Phase to) {
        Long began = entered.get(from);
        Long ended = entered.get(to);
        return began == null || ended == null ? 0 : (ended - began) / 1e9;
    }

    private static String known(@Nullable Object value) {
        return switch (value) {
            case null -> "unknown";
            case Double seconds -> String.format(Locale.ROOT, "%.3f", seconds);
            default -> value.toString();
        };
    }
}
