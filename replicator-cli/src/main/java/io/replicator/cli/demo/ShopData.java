package io.replicator.cli.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Fills the shop on the server itself. The rows depend on scale and seed alone: every value is computed from a hash of
 * the row's number.
 */
public final class ShopData {
    /** A number from 0 to {@code modulus - 1} for a row's hash; another salt gives another number. */
    private static final String PICK = """
        CREATE FUNCTION pg_temp.pick(h bigint, salt integer, modulus integer) RETURNS integer
            LANGUAGE sql IMMUTABLE
            AS $$ SELECT (pg_catalog.hashint8(h + salt) & 2147483647) % modulus $$\
        """;

    /** The rows' numbers {@code n} and hashes {@code h}; binds the seed and the number of rows. */
    private static final String ROWS = " FROM (SELECT n, n * 64 + ? AS h FROM generate_series(1, ?) AS n) AS r ";

    private final Connection connection;
    private final double scale;
    private final long seed;
    private long rows;

    private ShopData(Connection connection, double scale, long seed) {
        this.connection = connection;
        this.scale = scale;
        this.seed = seed % (1L << 40);
    }

    /**
     * Fills the tables that {@link ShopSchema} created.
     *
     * @param scale 1 makes about 450,000 rows; 0.01 is the least
     * @return the number of rows
     */
    public static long fill(Connection connection, double scale, long seed) throws SQLException {
        if (scale < 0.01) {
            throw new IllegalArgumentException("the scale must be at least 0.01, not " + scale);
        }
        ShopData data = new ShopData(connection, scale, seed);
        try (Statement statement = connection.createStatement()) {
            statement.execute(PICK);
            data.fillAll(statement);
            statement.execute("DROP FUNCTION pg_temp.pick(bigint, integer, integer)");
            statement.execute("REFRESH MATERIALIZED VIEW sales_by_product");
            statement.execute("ANALYZE");
        }
        return data.rows;
    }

    /** A superuser leaves out the checks of the foreign keys, which take half of the time. */
    private void fillAll(Statement statement) throws SQLException {
        boolean superuser = "on".equals(Sql.text(connection, "SELECT current_setting('is_superuser')"));
        if (superuser) {
            statement.execute("SET session_replication_role = replica");
        }
        fillCatalogue();
        fillCustomers();
        fillOrders();
        fillRest();
        if (superuser) {
            statement.execute("RESET session_replication_role");
        }
    }

    private void fillCatalogue() throws SQLException {
        insert(60, """
            INSERT INTO categories (parent_id, name, rank)
            SELECT CASE WHEN n > 8 THEN 1 + pg_temp.pick(h, 1, (n - 1)::integer / 2 + 1) END, 'Category ' || n, n % 7
            """);
        insert(count(5_000), """
            INSERT INTO products (category_id, sku, name, price, weight, rating, attributes, sizes, discontinued,
                warranty, updated_at)
            SELECT 1 + pg_temp.pick(h, 1, 60), 'SKU-' || lpad(n::text, 8, '0'),
                (ARRAY['Lamp', 'Chair', 'Bücherregal', 'Desk', '茶碗', 'Rug'])[1 + pg_temp.pick(h, 2, 6)] || ' ' || n,
                pg_temp.pick(h, 3, 100000) / 100.0, pg_temp.pick(h, 4, 1000000) / 7.0e3, pg_temp.pick(h, 5, 51) / 10.0,
                jsonb_build_object('colour', (ARRAY['red', 'green', 'blue'])[1 + pg_temp.pick(h, 6, 3)],
                    'sizes', pg_temp.pick(h, 7, 9), 'notes', jsonb_build_array(n, NULL, 'x"y')),
                ARRAY(SELECT generate_series(1, pg_temp.pick(h, 8, 5))),
                pg_temp.pick(h, 9, 20) = 0,
                CASE WHEN n % 3 = 0 THEN pg_temp.pick(h, 10, 36) * interval '1 month 2 days 03:04:05.678' END,
                timestamptz '2025-01-01 00:00+00' + pg_temp.pick(h, 11, 31000000) * interval '1 second'
            """);
        insert(count(1_000), """
            INSERT INTO product_manuals (product_id, body, checksum, revision, details)
            SELECT n, (SELECT string_agg(md5(h::text || i), '') FROM generate_series(1, 100 + pg_temp.pick(h, 1, 100)) AS i),
                decode(md5(h::text), 'hex'), 1 + n % 5, jsonb_build_object('pages', n % 90)
            """);
        insert(count(10_000), """
            INSERT INTO stock (product_id, warehouse, quantity, counted_on)
            SELECT (n + 1) / 2, CASE WHEN n % 2 = 0 THEN 'HAM' ELSE 'VIE' END, pg_temp.pick(h, 1, 500),
                date '2025-01-01' + pg_temp.pick(h, 2, 365)
            """);
        insert(100, """
            INSERT INTO homepage_slots (id, position, product_id)
            SELECT n, n, CASE WHEN n % 4 > 0 THEN 1 + pg_temp.pick(h, 1, 50) END
            """);
    }

    private void fillCustomers() throws SQLException {
        insert(count(40_000), """
            INSERT INTO customers (public_id, email, name, born_on, preferences, tags, active, created_at, updated_at)
            SELECT md5('customer' || h)::uuid, 'customer' || n || '@example.com',
                (ARRAY['Ada', 'Žofie', 'Grace', 'Łukasz', '花子', 'O''Brien'])[1 + pg_temp.pick(h, 1, 6)] || ' ' || n,
                CASE WHEN n % 5 > 0 THEN date '1940-01-01' + pg_temp.pick(h, 2, 25000) END,
                CASE WHEN n % 4 > 0 THEN jsonb_build_object('news', n % 2 = 0, 'level', pg_temp.pick(h, 3, 10)) END,
                CASE WHEN n % 3 = 0 THEN ARRAY['vip', 'a,b', 'quote"'] ELSE '{}' END, pg_temp.pick(h, 4, 10) > 0,
                timestamptz '2020-01-01 00:00+00' + pg_temp.pick(h, 5, 150000000) * interval '1 second',
                timestamptz '2025-01-01 00:00+00' + pg_temp.pick(h, 6, 31000000) * interval '1 second'
            """);
        insert(count(5_000), """
            INSERT INTO "Back Office"."Kunden Notizen" ("Kunde", "Größe", "Text der ""Notiz""\", "Priorität")
            SELECT 1 + pg_temp.pick(h, 1, (SELECT count(*)::integer FROM customers)), pg_temp.pick(h, 2, 9999) / 10.0,
                CASE WHEN n % 7 > 0 THEN E'Zeile 1\\n\\tZeile 2 \\\\ ' || n END,
                (enum_range(NULL::"Back Office"."Prioritäts Stufe"))[1 + pg_temp.pick(h, 3, 3)]
            """);
    }

    private void fillOrders() throws SQLException {
        insert(count(80_000), """
            INSERT INTO orders (customer_id, status, invoice_number, placed_at, delivery_window, note)
            SELECT 1 + pg_temp.pick(h, 1, (SELECT count(*)::integer FROM customers)),
                (enum_range(NULL::order_status))[1 + pg_temp.pick(h, 2, 6)],
                CASE WHEN n % 2 = 0 THEN nextval('invoice_numbers') END,
                timestamptz '2025-01-01 00:00+00' + pg_temp.pick(h, 3, 31000000) * interval '1 second',
                CASE WHEN n % 4 = 0 THEN pg_temp.pick(h, 4, 48) * interval '30 minutes' END,
                CASE WHEN n % 9 = 0 THEN 'please ring twice' END
            """);
        rows += update("""
            INSERT INTO order_items (order_id, line_number, product_id, quantity, unit_price)
            SELECT o.id, line, 1 + pg_temp.pick(o.id * 64 + ?, line, (SELECT count(*)::integer FROM products)),
                1 + pg_temp.pick(o.id * 64, 10 + line, 5), pg_temp.pick(o.id * 64, 20 + line, 100000) / 100.0
            FROM orders AS o CROSS JOIN LATERAL generate_series(1, 1 + pg_temp.pick(o.id * 64, 30, 4)) AS line
            """, seed);
        insert(count(60_000), """
            INSERT INTO payments (id, order_id, method, amount, receipt, paid_at)
            SELECT md5('payment' || h)::uuid, n, (enum_range(NULL::payment_method))[1 + pg_temp.pick(h, 1, 4)],
                pg_temp.pick(h, 2, 1000000) / 1000.0, CASE WHEN n % 5 = 0 THEN decode(md5('r' || h), 'hex') END,
                timestamptz '2025-01-02 00:00+00' + pg_temp.pick(h, 3, 31000000) * interval '1 second'
            """);
    }

    private void fillRest() throws SQLException {
        insert(count(50_000), """
            INSERT INTO page_views (viewed_at, customer_id, path, duration_ms)
            SELECT timestamptz '2025-01-01 00:00+00' + pg_temp.pick(h, 1, 31536000) * interval '1 second',
                CASE WHEN n % 3 > 0 THEN 1 + pg_temp.pick(h, 2, 1000) END, '/product/' || pg_temp.pick(h, 3, 5000),
                pg_temp.pick(h, 4, 60000)
            """);
        insert(count(500), """
            INSERT INTO coupons (code, discount, valid_during)
            SELECT 'C' || n, pg_temp.pick(h, 1, 5000) / 100.0,
                CASE WHEN n % 4 > 0 THEN tstzrange('2025-01-01 00:00+00', timestamptz '2025-02-01 00:00+00'
                    + pg_temp.pick(h, 2, 300) * interval '1 day') END
            """);
        insert(count(1_000), """
            INSERT INTO exchange_rates (currency, valid_on, rate)
            SELECT (ARRAY['USD', 'CHF', 'JPY', 'GBP'])[1 + n % 4], date '2024-01-01' + (n / 4)::integer,
                pg_temp.pick(h, 1, 1000000000) / 1.0e8
            """);
        insert(count(200), """
            INSERT INTO carts (session, content)
            SELECT md5('cart' || h)::uuid, jsonb_build_array(jsonb_build_object('product', n, 'quantity', 1 + n % 3))
            """);
    }

    private int count(int atScaleOne) {
        return (int) Math.max(1, Math.round(atScaleOne * scale));
    }

    private void insert(int wanted, String insertAndColumns) throws SQLException {
        rows += update(insertAndColumns + ROWS, seed, wanted);
    }

    private long update(String sql, long... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setLong(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }
}
