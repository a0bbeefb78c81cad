package io.replicator.cli;

import io.replicator.RunListener;
import io.replicator.progress.Phase;
import io.replicator.status.StatusReport;
import java.io.PrintStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Prints how a run goes: each change of phase for good, and the figures on a line that is drawn again. */
final class RunView implements RunListener, AutoCloseable {
    private static final long PAUSE_NANOS = Duration.ofSeconds(5).toNanos();

    private final LiveLine line;
    private final boolean watched;
    private @Nullable Phase told;
    private String printed = "";
    private long printedAt = System.nanoTime() - PAUSE_NANOS;

    RunView(Terminal terminal) {
        this.line = new LiveLine(terminal.out());
        this.watched = terminal.watched();
    }

    @Override
    public void phase(Phase phase, String detail) {
        if (phase != told || !detail.isEmpty()) {
            line.print(detail.isEmpty() ? phase.word() : phase.word() + ": " + detail);
        }
        told = phase;
    }

    @Override
    public void progress(StatusReport report) {
        String text = ProgressLine.of(report);
        if (watched) {
            line.show(text);
        } else if (!text.equals(printed) && System.nanoTime() - printedAt >= PAUSE_NANOS) {
            line.print(text);
            printed = text;
            printedAt = System.nanoTime();
        }
    }

    /** Returns a stream that leaves the drawn line intact. */
    PrintStream guard(PrintStream stream) {
        return watched ? line.guard(stream) : stream;
    }

    /** Prints how it ended, unless there is nothing to say. */
    void end(String message) {
        line.hide();
        if (!message.isEmpty()) {
            line.print(message);
        }
    }

    @Override
    public void close() {
        line.hide();
    }
}
