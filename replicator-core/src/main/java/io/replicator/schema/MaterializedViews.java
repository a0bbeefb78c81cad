package io.replicator.schema;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.MaterializedView;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Fills the target's materialized views. */
public final class MaterializedViews {
    private MaterializedViews() {}

    /**
     * Refreshes every view that the source has filled, those it depends on first.
     *
     * <p>The search path is the role's own meanwhile: functions in a view may name tables without their schema.
     *
     * @param target in autocommit mode; each view is a transaction of its own
     * @throws io.replicator.error.ReplicatorException {@code SCHEMA_FAILED} naming the view
     */
    public static void refresh(Connection target, Catalog source) {
        MaterializedView current = null;
        try (Statement statement = target.createStatement()) {
            statement.execute("SET search_path TO DEFAULT");
            for (MaterializedView view : source.materializedViews()) {
                current = view;
                if (view.populated()) {
                    statement.execute("REFRESH MATERIALIZED VIEW " + view.name().quoted());
                }
            }
            statement.execute("SET search_path TO pg_catalog");
        } catch (SQLException e) {
            throw SqlStates.wrap(
                    ErrorCode.SCHEMA_FAILED,
                    "refreshing materialized view " + (current == null ? "s" : current.name()) + " on the target",
                    e);
        }
    }
}
