package io.replicator.cli;

import io.replicator.cutover.CutoverEvent;
import io.replicator.cutover.CutoverResult;
import java.io.PrintStream;
import java.util.Locale;

/** Prints the steps of a cutover as they end, and how it ended. */
final class CutoverView {
    private static final int STEP = 15;
    private static final int STATE = 7;
    private static final int TIME = 9;

    private final PrintStream stream;

    CutoverView(PrintStream stream) {
        this.stream = stream;
    }

    void event(CutoverEvent event) {
        if (!event.state().equals("started")) {
            stream.println((Layout.left(event.step(), STEP) + " " + Layout.left(event.state(), STATE)
                            + Layout.right(String.format(Locale.ROOT, "%,d ms", event.elapsedMillis()), TIME) + "  "
                            + event.detail())
                    .stripTrailing());
        }
    }

    void result(CutoverResult result, boolean dryRun) {
        String fenced = result.fencedMillis() == 0
                ? ""
                : "; writers stood still for " + Figures.seconds(result.fencedMillis() / 1_000.0);
        if (result.switched()) {
            stream.println("switched" + fenced);
            if (result.failedStep() != null) {
                stream.println("left to do by hand, step " + result.failedStep() + " failed: " + result.reason());
            }
        } else if (dryRun && result.failedStep() == null) {
            stream.println("dry run: the cutover may be tried; nothing was changed");
        } else {
            stream.println("undone, step " + result.failedStep() + " failed: " + result.reason() + fenced);
            stream.println("writers go on on the source");
        }
    }
}
