package io.replicator.cli;

import io.replicator.Replicator;
import io.replicator.config.MigrationConfig;
import io.replicator.config.TableFilter;
import io.replicator.config.VerifyLevel;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.status.Json;
import io.replicator.verify.TableComparison;
import io.replicator.verify.VerificationReport;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Compares both sides while writers go on. */
@Command(
        name = "verify",
        description = "Compare both sides while writers go on; the daemon does it.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:equal", "1:different", "14:not comparable", "3 and above:see replicator --help"})
final class VerifyCommand implements Callable<Integer>, JsonCommand {
    @ParentCommand
    private ReplicatorCommand root;

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            description = "One of counts, bounds, checksum; the configuration's unless given.")
    private @Nullable VerifyLevel level;

    @Option(
            names = "--table",
            paramLabel = "PATTERN",
            description = "Only tables that match, as schema.table with * for any characters; may be repeated.")
    private @Nullable List<String> patterns;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Override
    public Integer call() {
        MigrationConfig config = root.config();
        TableFilter tables = patterns == null
                ? config.tables()
                : new TableFilter(patterns, config.tables().exclude());
        try (Replicator replicator = new Replicator(config)) {
            VerificationReport report = replicator.verify(
                    Objects.requireNonNullElse(level, config.verify().level()), tables);
            if (report.comparable() && report.tables().isEmpty()) {
                throw new ReplicatorException(
                        ErrorCode.NOT_COMPARABLE, "no table matches " + String.join(", ", tables.include()));
            }
            if (json) {
                root.terminal().out().println(Json.write(VerificationView.document(report)));
            } else {
                root.terminal().print(VerificationView.lines(report));
            }
            return exitCode(report);
        }
    }

    /** A proven difference weighs more than a table that could not be compared. */
    static int exitCode(VerificationReport report) {
        if (report.equal()) {
            return 0;
        }
        boolean different = !report.sequences().isEmpty();
        for (TableComparison table : report.tables()) {
            different |= table.compared() && !table.equal();
        }
        return report.comparable() && different
                ? 1
                : ErrorCode.NOT_COMPARABLE.category().exitCode();
    }

    @Override
    public boolean json() {
        return json;
    }
}
