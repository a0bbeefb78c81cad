package io.replicator.capture.trigger;

import io.replicator.catalog.BinaryForms;
import io.replicator.catalog.Catalog;
import io.replicator.catalog.CatalogReader;
import io.replicator.catalog.Column;
import io.replicator.catalog.Table;
import io.replicator.change.Relation;
import io.replicator.change.RelationColumn;
import io.replicator.change.ReplicaIdentity;
import io.replicator.change.Tuple;
import io.replicator.config.TableFilter;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The captured tables with their structure, as of the last time it changed. */
final class WindowTables {
    private final Map<Integer, Entry> byId = new HashMap<>();
    private final List<CapturedTable> captured = new ArrayList<>();

    /**
     * @param keyColumns indexes into the relation's columns, in the key's order
     * @param forms the kind of each of the relation's columns: {@link Tuple#BINARY} or {@link Tuple#TEXT}
     * @param removedFirst whether touched rows are removed before they are written, because other rows may hold their
     *     unique values or their own key may be spelled anew
     */
    record Entry(
            CapturedTable captured,
            Table table,
            Relation relation,
            List<Integer> keyColumns,
            List<Byte> forms,
            boolean removedFirst) {
        byte[] formArray() {
            byte[] array = new byte[forms.size()];
            for (int i = 0; i < array.length; i++) {
                array[i] = forms.get(i);
            }
            return array;
        }

        boolean keyed() {
            return !keyColumns.isEmpty();
        }
    }

    static WindowTables read(Connection session, TableFilter filter, BinaryForms binary) {
        Catalog catalog = CatalogReader.read(session, filter);
        WindowTables tables = new WindowTables();
        KeySpelling spelling = spelling(session);
        for (CapturedTable captured : CapturedTables.read(session)) {
            Table table = catalog.table(captured.name());
            if (table != null) {
                tables.captured.add(captured);
                tables.byId.put(captured.id(), entry(captured, table, binary, spelling));
            }
        }
        return tables;
    }

    private static KeySpelling spelling(Connection session) {
        try {
            return KeySpelling.read(session);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.STREAM_BROKEN, "reading the collations of the source", e);
        }
    }

    private static Entry entry(CapturedTable captured, Table table, BinaryForms binary, KeySpelling spelling) {
        List<RelationColumn> columns = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<Byte> forms = new ArrayList<>();
        for (Column column : table.writableColumns()) {
            boolean key = captured.keyColumns().contains(column.name());
            columns.add(new RelationColumn(column.name(), column.typeOid(), -1, key));
            names.add(column.name());
            forms.add(binary.agree(table.name(), column) ? Tuple.BINARY : Tuple.TEXT);
        }
        List<Integer> keys = captured.keyColumns().stream().map(names::indexOf).toList();
        Relation relation = new Relation(table.oid(), table.name(), ReplicaIdentity.DEFAULT, columns);
        boolean removedFirst = table.extraUnique()
                || table.columns().stream()
                        .anyMatch(column ->
                                captured.keyColumns().contains(column.name()) && spelling.varies(table.oid(), column));
        return new Entry(captured, table, relation, keys, List.copyOf(forms), removedFirst);
    }

    List<CapturedTable> captured() {
        return captured;
    }

    @Nullable
    Entry byId(int id) {
        return byId.get(id);
    }

    @Nullable
    Entry byName(QualifiedName name) {
        for (Entry entry : byId.values()) {
            if (entry.table().name().equals(name)) {
                return entry;
            }
        }
        return null;
    }
}
