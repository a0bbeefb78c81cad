package io.replicator.cli;

import io.replicator.Replicator;
import io.replicator.preflight.Finding;
import io.replicator.status.Json;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Checks both ends and changes nothing. */
@Command(
        name = "check",
        description = "Check both ends; changes nothing.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:nothing to mend", "1:warnings", "2:a check failed", "3 and above:see replicator --help"})
final class CheckCommand implements Callable<Integer>, JsonCommand {
    @ParentCommand
    private ReplicatorCommand root;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    /** @param result {@code pass}, {@code warn} or {@code fail} */
    record Document(String result, List<Entry> findings) {}

    record Entry(String severity, String id, String observed, String fix) {}

    @Override
    public Integer call() {
        try (Replicator replicator = root.open()) {
            List<Finding> findings = replicator.check();
            int exitCode = exitCode(findings);
            if (json) {
                root.terminal().out().println(Json.write(document(findings, exitCode)));
            } else {
                root.terminal().print(FindingsView.lines(findings));
            }
            return exitCode;
        }
    }

    static int exitCode(List<Finding> findings) {
        int worst = 0;
        for (Finding finding : findings) {
            int code = switch (finding.severity()) {
                case PASS -> 0;
                case WARN -> 1;
                case FAIL, ERROR -> 2;
            };
            worst = Math.max(worst, code);
        }
        return worst;
    }

    private static Document document(List<Finding> findings, int exitCode) {
        List<Entry> entries = findings.stream()
                .map(finding -> new Entry(
                        finding.severity().name().toLowerCase(Locale.ROOT),
                        finding.id(),
                        finding.observed(),
                        finding.fix()))
                .toList();
        return new Document(List.of("pass", "warn", "fail").get(exitCode), entries);
    }

    @Override
    public boolean json() {
        return json;
    }
}
