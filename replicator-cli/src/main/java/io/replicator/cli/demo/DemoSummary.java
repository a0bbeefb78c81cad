package io.replicator.cli.demo;

import io.replicator.cutover.CutoverResult;
import io.replicator.progress.Phase;
import io.replicator.verify.VerificationReport;
import java.util.Locale;

/** The demo's closing tables. */
record DemoSummary(
        DemoScreen screen,
        CutoverResult result,
        WriterReport writers,
        ComparisonResult compared,
        VerificationReport live) {
    void print() {
        screen.print("");
        screen.print(
                String.format(Locale.ROOT, "%-44s %14s %14s", "table, as of the switch", "source rows", "target rows"));
        for (ComparisonResult.RowCounts counts : compared.relations()) {
            screen.print(
                    String.format(Locale.ROOT, "%-44s %,14d %,14d", counts.name(), counts.source(), counts.target()));
        }
        screen.print("");
        line("differences", Long.toString(compared.differenceCount()));
        compared.differences().forEach(difference -> screen.print("  " + difference));
        line("differences while streaming", live.comparable() ? Long.toString(live.differences()) : "not comparable");
        line("transactions of the writers", String.format(Locale.ROOT, "%,d", writers.committed()));
        line(
                "lost or doubled transactions",
                Integer.toString(writers.violations().size()));
        writers.violations().forEach(violation -> screen.print("  " + violation));
        line(
                "errors of the writers",
                writers.errors().isEmpty() ? "0" : writers.errors().toString());
        line(
                "longest wait of a writer",
                String.format(Locale.ROOT, "%.2f s", writers.longestWait().toMillis() / 1e3));
        line("writes held by the fence", String.format(Locale.ROOT, "%.2f s", result.fencedMillis() / 1e3));
        line(
                "prepare, copy, catch up, stream",
                String.format(
                        Locale.ROOT,
                        "%.1f s, %.1f s, %.1f s, %.1f s",
                        screen.seconds(Phase.PREPARING, Phase.COPYING),
                        screen.seconds(Phase.COPYING, Phase.CATCHING_UP),
                        screen.seconds(Phase.CATCHING_UP, Phase.STREAMING),
                        screen.seconds(Phase.STREAMING, Phase.SWITCHED)));
        screen.print(compared.equal() && live.equal() ? "Both sides are equal." : "THE SIDES DIFFER.");
    }

    private void line(String what, String value) {
        screen.print(String.format(Locale.ROOT, "%-44s %s", what, value));
    }
}
