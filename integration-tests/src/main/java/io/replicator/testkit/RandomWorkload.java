package io.replicator.testkit;

import io.replicator.cli.demo.Sql;
import io.replicator.cli.demo.Workload;
import io.replicator.postgres.Identifiers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Random inserts, updates, changes of keys and deletes in all tables with a primary key of any database. A row is made
 * by copying another one under a new key; what a constraint forbids is rolled back to a savepoint.
 */
public final class RandomWorkload implements Workload {
    private static final int MOST_OPERATIONS = 4;
    private static final int MOST_ROWS = 4;
    private static final int LEAST_ROWS_LEFT = 20;
    private static final int SMALLINT_LIMIT = 32_000;

    private final List<RandomTable> tables;
    private final AtomicLong nextKey;

    private RandomWorkload(List<RandomTable> tables, long firstKey) {
        this.tables = List.copyOf(tables);
        nextKey = new AtomicLong(firstKey);
    }

    /** Reads the tables from the database; the writers' ledger is left out. */
    public static RandomWorkload of(TestDatabase database) throws SQLException {
        try (Connection connection = database.connection()) {
            List<RandomTable> tables = RandomTables.read(connection);
            if (tables.isEmpty()) {
                throw new IllegalArgumentException(database + " has no table with a primary key");
            }
            return new RandomWorkload(tables, 1 + greatestKey(connection, tables));
        }
    }

    @Override
    public void perform(Connection connection, SplittableRandom random) throws SQLException {
        int operations = 1 + random.nextInt(MOST_OPERATIONS);
        for (int i = 0; i < operations; i++) {
            Savepoint savepoint = connection.setSavepoint();
            try {
                operate(connection, tables.get(random.nextInt(tables.size())), random);
            } catch (SQLException e) {
                if (!isForbidden(e)) {
                    throw e;
                }
                connection.rollback(savepoint);
            }
        }
    }

    private static long greatestKey(Connection connection, List<RandomTable> tables) throws SQLException {
        long greatest = 0;
        for (RandomTable table : tables) {
            for (RandomTable.Column column : table.key()) {
                if (column.isInteger()) {
                    Long found = Sql.number(
                            connection,
                            "SELECT max(" + column.quoted() + ") FROM "
                                    + table.name().quoted());
                    greatest = found == null ? greatest : Math.max(greatest, found);
                }
            }
        }
        return greatest;
    }

    private void operate(Connection connection, RandomTable table, SplittableRandom random) throws SQLException {
        int ticket = random.nextInt(10);
        if (ticket < 4) {
            insert(connection, table, random);
        } else if (ticket < 8 && !table.values().isEmpty()) {
            update(connection, table, random);
        } else if (ticket < 9) {
            changeKey(connection, table, random);
        } else {
            delete(connection, table, random);
        }
    }

    private void insert(Connection connection, RandomTable table, SplittableRandom random) throws SQLException {
        StringBuilder names = new StringBuilder();
        StringBuilder expressions = new StringBuilder();
        List<Object> parameters = new ArrayList<>();
        String separator = "";
        for (RandomTable.Column column : table.columns()) {
            names.append(separator).append(column.quoted());
            expressions.append(separator).append(column.key() ? newKey(column, random, parameters) : column.quoted());
            separator = ", ";
        }
        parameters.add(random.nextDouble());
        Sql.update(
                connection,
                "INSERT INTO " + table.name().quoted() + " (" + names + ") OVERRIDING SYSTEM VALUE SELECT "
                        + expressions + " FROM " + table.fromRandomRow(1),
                parameters.toArray());
    }

    /** Gives up to a few rows the values of another row, and texts that nobody else has. */
    private static void update(Connection connection, RandomTable table, SplittableRandom random) throws SQLException {
        List<RandomTable.Column> values = table.values();
        RandomTable.Column column = values.get(random.nextInt(values.size()));
        List<Object> parameters = new ArrayList<>();
        String expression;
        if (column.isText() && column.referencedTable() == null) {
            expression = text(column, random, parameters);
        } else {
            expression = "(SELECT t." + column.quoted() + " FROM " + table.fromRandomRow(1) + ")";
            parameters.add(random.nextDouble());
        }
        parameters.add(random.nextDouble());
        Sql.update(
                connection,
                "UPDATE " + table.name().quoted() + " SET " + column.quoted() + " = " + expression + " WHERE "
                        + table.someRows(1 + random.nextInt(MOST_ROWS)),
                parameters.toArray());
    }

    private void changeKey(Connection connection, RandomTable table, SplittableRandom random) throws SQLException {
        List<RandomTable.Column> key = table.key();
        RandomTable.Column column = key.get(random.nextInt(key.size()));
        List<Object> parameters = new ArrayList<>();
        String expression = newKey(column, random, parameters);
        parameters.add(random.nextDouble());
        Sql.update(
                connection,
                "UPDATE " + table.name().quoted() + " SET " + column.quoted() + " = " + expression + " WHERE "
                        + table.someRows(1),
                parameters.toArray());
    }

    private static void delete(Connection connection, RandomTable table, SplittableRandom random) throws SQLException {
        Sql.update(
                connection,
                "DELETE FROM " + table.name().quoted() + " WHERE " + table.someRows(1 + random.nextInt(MOST_ROWS))
                        + " AND (SELECT count(*) FROM " + table.name().quoted() + ") > " + LEAST_ROWS_LEFT,
                random.nextDouble());
    }

    /** An expression for a key that is probably new, with its parameters. */
    private String newKey(RandomTable.Column column, SplittableRandom random, List<Object> parameters) {
        if (column.referencedTable() != null && column.referencedColumn() != null) {
            String table = column.referencedTable().quoted();
            parameters.add(random.nextDouble());
            return "(SELECT " + Identifiers.quote(column.referencedColumn()) + " FROM " + table
                    + " OFFSET (? * (SELECT count(*) FROM " + table + "))::bigint LIMIT 1)";
        }
        if (column.isInteger()) {
            long key = nextKey.getAndIncrement();
            parameters.add(column.type().equals("int2") ? key % SMALLINT_LIMIT : key);
            return "?::" + column.type();
        }
        if (column.isText()) {
            return text(column, random, parameters);
        }
        if (column.type().equals("uuid")) {
            parameters.add(new UUID(random.nextLong(), random.nextLong()).toString());
            return "?::uuid";
        }
        return column.quoted();
    }

    private static String text(RandomTable.Column column, SplittableRandom random, List<Object> parameters) {
        String text = Long.toHexString(random.nextLong()) + " žluťoučký";
        parameters.add(
                column.length() > 0 && text.length() > column.length() ? text.substring(0, column.length()) : text);
        return "?::" + column.type();
    }

    /** Violations of constraints and values out of range; nothing else. */
    private static boolean isForbidden(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && (state.startsWith("23") || state.startsWith("22") || state.equals("428C9"));
    }
}
