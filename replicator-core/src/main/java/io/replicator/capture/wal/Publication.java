package io.replicator.capture.wal;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.Table;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * The publication on the source: an explicit list of tables, each with a usable replica identity, because publishing a
 * table without one makes the application's UPDATE and DELETE fail.
 *
 * <p>From PostgreSQL 13 a partitioned table is published by its root and its changes under the names of its leaves, so
 * that later partitions are included and a TRUNCATE of a leaf is not missed; before that the leaves are listed.
 */
public final class Publication {
    private Publication() {}

    /** Creates the publication anew. */
    public static void create(Connection source, String publication, Catalog catalog, QualifiedName heartbeat) {
        StringJoiner tables = new StringJoiner(", ");
        for (QualifiedName name : published(catalog)) {
            tables.add("ONLY " + name.quoted());
        }
        tables.add("ONLY " + heartbeat.quoted());
        String operations =
                catalog.version().atLeast(11) ? "insert, update, delete, truncate" : "insert, update, delete";
        try (Statement statement = source.createStatement()) {
            statement.execute("DROP PUBLICATION IF EXISTS " + Identifiers.quote(publication));
            statement.execute("CREATE PUBLICATION " + Identifiers.quote(publication) + " FOR TABLE " + tables
                    + " WITH (publish = " + Identifiers.literal(operations) + ")");
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "creating publication " + publication + " on the source", e);
        }
    }

    private static List<QualifiedName> published(Catalog catalog) {
        List<QualifiedName> names = new ArrayList<>();
        boolean roots = catalog.version().atLeast(13);
        for (Table table : catalog.tables()) {
            if (table.root() == null || !roots) {
                names.add(table.name());
            }
        }
        if (roots) {
            names.addAll(catalog.partitionRoots());
        }
        return names;
    }

    public static void drop(Connection source, String publication) {
        try (Statement statement = source.createStatement()) {
            statement.execute("DROP PUBLICATION IF EXISTS " + Identifiers.quote(publication));
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "dropping publication " + publication + " on the source", e);
        }
    }
}
