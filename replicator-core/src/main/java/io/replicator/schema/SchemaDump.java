package io.replicator.schema;

import io.replicator.catalog.CatalogReader;
import io.replicator.catalog.Table;
import io.replicator.config.TableFilter;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.PostgresTools;
import io.replicator.postgres.SqlStates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Takes the source's definitions by pg_dump and arranges them in stages. */
final class SchemaDump {
    private static final List<String> DUMP_OPTIONS = List.of(
            "--format=custom",
            "--schema-only",
            "--no-owner",
            "--no-acl",
            "--no-publications",
            "--no-subscriptions",
            "--no-tablespaces",
            "--encoding=UTF8",
            "--exclude-schema=replicator",
            "--lock-wait-timeout=60s",
            "--no-password");
    private static final List<String> CALLS_OURS =
            List.of("EXECUTE FUNCTION replicator.", "EXECUTE PROCEDURE replicator.");

    private final PostgresTools tools;
    private final Database source;
    private final TableFilter filter;

    SchemaDump(PostgresTools tools, Database source, TableFilter filter) {
        this.tools = tools;
        this.source = source;
        this.filter = filter;
    }

    List<SchemaEntry> take() {
        List<Table> tables = new ArrayList<>();
        SourceRelations relations = relations(tables);
        List<SchemaEntry> entries = new ArrayList<>();
        try {
            Path file = Files.createTempFile("replicator-schema-", ".dump");
            try {
                dump(file);
                for (DumpScript.Part part : script("pre-data", file)) {
                    entries.add(entry(entries.size(), Stage.PRE_DATA, part, SourceRelations.Locks.NONE));
                }
                for (DumpScript.Part part : script("post-data", file)) {
                    addPostData(entries, part, relations);
                }
                Analysis.add(entries, tables);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new ReplicatorException(
                    ErrorCode.SCHEMA_FAILED, "the temporary file of the schema's dump: " + e.getMessage(), e);
        }
        return entries;
    }

    private SourceRelations relations(List<Table> tables) {
        try (Connection connection = source.borrow()) {
            tables.addAll(CatalogReader.tables(connection, filter));
            return SourceRelations.read(connection, filter);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "reading indexes and foreign keys of the source", e);
        }
    }

    private void dump(Path file) {
        List<String> command = new ArrayList<>();
        command.add(tools.pgDump().toString());
        command.addAll(DUMP_OPTIONS);
        command.add("--file=" + file);
        ToolProcess.run(command, source.settings().libpqEnvironment());
    }

    private List<DumpScript.Part> script(String section, Path file) {
        return DumpScript.split(ToolProcess.run(
                List.of(
                        tools.pgRestore().toString(),
                        "--section=" + section,
                        "--no-owner",
                        "--no-acl",
                        "--no-tablespaces",
                        "--file=-",
                        file.toString()),
                Map.of()));
    }

    private static void addPostData(List<SchemaEntry> entries, DumpScript.Part part, SourceRelations relations) {
        if (part.type().equals("TRIGGER") && CALLS_OURS.stream().anyMatch(part.sql()::contains)) {
            return;
        }
        SourceRelations.Locks locks = relations.locks(part.schema(), part.name());
        Stage stage = switch (part.type()) {
            case "INDEX", "CONSTRAINT" -> locks.ofTable() ? Stage.INDEXES : Stage.REMAINDER;
            case "INDEX ATTACH" -> Stage.ATTACHMENTS;
            case "FK CONSTRAINT" -> Stage.FOREIGN_KEYS;
            default -> Stage.REMAINDER;
        };
        if (stage == Stage.FOREIGN_KEYS && locks.leftOut()) {
            return;
        }
        SchemaEntry entry = entry(entries.size(), stage, part, locks);
        if (stage == Stage.FOREIGN_KEYS && !locks.partitioned()) {
            entries.addAll(ForeignKeys.validatedLater(entry));
        } else {
            entries.add(entry);
        }
    }

    private static SchemaEntry entry(int number, Stage stage, DumpScript.Part part, SourceRelations.Locks locks) {
        String name = part.schema().equals("-") ? part.name() : part.schema() + "." + part.name();
        long weight = stage.parallel() ? locks.bytes() : 0;
        return new SchemaEntry(number, stage, part.type(), name, part.sql(), locks.tables(), weight);
    }
}
