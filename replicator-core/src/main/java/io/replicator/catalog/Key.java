package io.replicator.catalog;

import java.util.List;

/**
 * The columns that identify a row: the primary key, or a unique, immediate, valid, non-partial index on NOT NULL columns.
 *
 * @param columns in index order, without INCLUDE columns
 */
public record Key(String index, List<String> columns, boolean primary) {
    public Key {
        columns = List.copyOf(columns);
    }
}
