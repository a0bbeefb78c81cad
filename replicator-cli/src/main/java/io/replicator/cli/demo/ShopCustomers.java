package io.replicator.cli.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.SplittableRandom;

/** Customers and the back office's notes on them. */
final class ShopCustomers {
    private ShopCustomers() {}

    static void register(Connection connection, SplittableRandom random) throws SQLException {
        String id = ShopRandom.uuid(random);
        Sql.update(connection, """
            INSERT INTO customers (public_id, email, name, born_on, preferences, tags)
            VALUES (?::uuid, ?, ?, date '1950-01-01' + ?, '{"news": true}', ARRAY['new', NULL])\
            """, id, id + "@example.org", "Zoë " + ShopRandom.code(random), random.nextInt(20_000));
    }

    static void change(Connection connection, SplittableRandom random) throws SQLException {
        Long customer = ShopRandom.customer(connection, random);
        switch (random.nextInt(3)) {
            case 0 -> Sql.update(connection, """
                UPDATE customers
                SET preferences = coalesce(preferences, '{}') || jsonb_build_object('level', ?::integer),
                    active = NOT active
                WHERE id = ?\
                """, random.nextInt(50), customer);
            case 1 -> Sql.update(connection, """
                UPDATE customers SET tags = CASE WHEN cardinality(tags) > 6 THEN '{}' ELSE tags || ?::text END WHERE id = ?\
                """, "tag " + random.nextInt(10), customer);
            default -> Sql.update(connection, """
                UPDATE customers SET preferences = NULL, born_on = NULL, name = name
                WHERE id BETWEEN ? AND ? + 2\
                """, customer, customer);
        }
    }

    /** Writes, changes or removes a note. */
    static void note(Connection connection, SplittableRandom random) throws SQLException {
        Long customer = ShopRandom.customer(connection, random);
        String one =
                "(SELECT \"Nr\" FROM \"Back Office\".\"Kunden Notizen\" WHERE \"Kunde\" >= ? ORDER BY \"Kunde\" LIMIT"
                        + " 1)";
        switch (random.nextInt(4)) {
            case 0 ->
                Sql.update(
                        connection, "DELETE FROM \"Back Office\".\"Kunden Notizen\" WHERE \"Nr\" = " + one, customer);
            case 1 -> Sql.update(connection, """
                UPDATE "Back Office"."Kunden Notizen" SET "Größe" = coalesce("Größe", 0) + 0.1, "Priorität" = 'hoch'
                WHERE "Nr" =
                """ + one, customer);
            default ->
                Sql.update(
                        connection,
                        """
                        INSERT INTO "Back Office"."Kunden Notizen" ("Kunde", "Größe", "Text der ""Notiz""\", "Priorität")
                        VALUES (?, ?::numeric, ?, 'ganz "niedrig"')\
                        """,
                        customer,
                        random.nextInt(1_000) / 10.0,
                        "Überfällig: \\N 'Rückruf'\t" + random.nextInt(100));
        }
    }
}
