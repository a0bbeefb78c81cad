package io.replicator.cli;

import io.replicator.preflight.Finding;
import java.util.ArrayList;
import java.util.List;

/** Shows what the preflight found, one line each: severity, id, what was observed, and the fix behind an arrow. */
final class FindingsView {
    private FindingsView() {}

    static List<String> lines(List<Finding> findings) {
        int width = 0;
        int warnings = 0;
        int failures = 0;
        for (Finding finding : findings) {
            width = Math.max(width, finding.id().length());
            warnings += finding.severity() == Finding.Severity.WARN ? 1 : 0;
            failures += finding.severity().blocks() ? 1 : 0;
        }
        List<String> lines = new ArrayList<>();
        for (Finding finding : findings) {
            String fix = finding.fix().isEmpty() ? "" : " → " + finding.fix();
            lines.add(Layout.left(finding.severity().name(), 5) + " " + Layout.left(finding.id(), width) + "  "
                    + finding.observed() + fix);
        }
        lines.add(Figures.count(findings.size(), "finding", "findings") + ": " + failures + " failed, "
                + Figures.count(warnings, "warning", "warnings"));
        return lines;
    }
}
