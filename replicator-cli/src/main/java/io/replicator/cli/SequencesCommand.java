package io.replicator.cli;

import io.replicator.Replicator;
import io.replicator.cutover.SequenceChange;
import io.replicator.status.Json;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Realigns the target's sequences with the source's. */
@Command(
        name = "sequences",
        description = "Move the target's sequences ahead of the source's.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done", "3 and above:see replicator --help"})
final class SequencesCommand implements Callable<Integer>, JsonCommand {
    @ParentCommand
    private ReplicatorCommand root;

    @Option(names = "--sql", description = "Print the statements; change nothing.")
    private boolean sql;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    record Document(boolean applied, List<Entry> sequences) {}

    record Entry(String name, long sourceValue, long targetValue, boolean called, String sql) {}

    @Override
    public Integer call() {
        Terminal terminal = root.terminal();
        try (Replicator replicator = root.open()) {
            List<SequenceChange> changes = replicator.sequences(!sql);
            if (json) {
                terminal.out().println(Json.write(document(changes)));
            } else if (sql) {
                terminal.print(changes.stream().map(SequencesCommand::statement).toList());
            } else {
                terminal.print(changes.stream()
                        .map(change -> change.sequence() + ": " + change.sourceValue() + " on the source, now "
                                + change.targetValue() + " on the target")
                        .toList());
                terminal.out().println(Figures.count(changes.size(), "sequence", "sequences") + " realigned");
            }
            return 0;
        }
    }

    private static String statement(SequenceChange change) {
        return change.sql().endsWith(";") ? change.sql() : change.sql() + ";";
    }

    private Document document(List<SequenceChange> changes) {
        List<Entry> entries = changes.stream()
                .map(change -> new Entry(
                        change.sequence().toString(),
                        change.sourceValue(),
                        change.targetValue(),
                        change.called(),
                        statement(change)))
                .toList();
        return new Document(!sql, entries);
    }

    @Override
    public boolean json() {
        return json;
    }
}
