package io.replicator.cli.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.SplittableRandom;

/** Products, stock, manuals, categories, the homepage, coupons and rates. */
final class ShopCatalogue {
    private static final int TEMPORARY_POSITION = -1_000_000;

    private ShopCatalogue() {}

    /** Moves some pieces between the warehouses, for a few products at once. */
    static void moveStock(Connection connection, SplittableRandom random) throws SQLException {
        Long first = ShopRandom.product(connection, random);
        int pieces = random.nextInt(10);
        Sql.update(connection, """
            WITH locked AS (
                SELECT product_id, warehouse FROM stock WHERE product_id BETWEEN ? AND ? + 4
                ORDER BY product_id, warehouse FOR UPDATE)
            UPDATE stock AS s
            SET quantity = quantity + CASE s.warehouse WHEN 'HAM' THEN ? ELSE - ? END, counted_on = current_date
            FROM locked WHERE s.product_id = locked.product_id AND s.warehouse = locked.warehouse\
            """, first, first, pieces, pieces);
    }

    static void changePrices(Connection connection, SplittableRandom random) throws SQLException {
        Sql.update(
                connection,
                """
                UPDATE products
                SET price = round(price * ?::numeric, 2), discontinued = NOT discontinued,
                    attributes = jsonb_set(attributes, '{sizes}', to_jsonb(?::integer)), sizes = sizes || ?
                WHERE id IN (SELECT id FROM products WHERE id >= ? ORDER BY id LIMIT 3 FOR UPDATE)
                    AND cardinality(sizes) < 20\
                """,
                0.9 + random.nextInt(20) / 100.0,
                random.nextInt(100),
                random.nextInt(60),
                ShopRandom.product(connection, random));
    }

    /** Changes the details, seldom the large body. */
    static void reviseManual(Connection connection, SplittableRandom random) throws SQLException {
        Long product = ShopRandom.product(connection, random);
        if (random.nextInt(10) == 0) {
            Sql.update(
                    connection,
                    """
                    INSERT INTO product_manuals (product_id, body, checksum)
                    SELECT id, repeat(md5(?), 150 + ?), decode(md5(?), 'hex') FROM products WHERE id = ?
                    ON CONFLICT (product_id) DO UPDATE SET body = excluded.body, checksum = excluded.checksum\
                    """,
                    "body " + random.nextInt(),
                    random.nextInt(100),
                    "sum " + random.nextInt(),
                    product);
            return;
        }
        Sql.update(connection, """
            UPDATE product_manuals
            SET revision = revision + 1, details = coalesce(details, '{}') || jsonb_build_object('reader', ?::integer)
            WHERE product_id = (SELECT product_id FROM product_manuals WHERE product_id <= ?
                                ORDER BY product_id DESC LIMIT 1)\
            """, random.nextInt(1_000), product);
    }

    /** Swaps two unique positions through a third one. */
    static void swapSlots(Connection connection, SplittableRandom random) throws SQLException {
        int low = 1 + random.nextInt(99);
        int high = low + 1 + random.nextInt(100 - low);
        String position = "SELECT position FROM homepage_slots WHERE id = ? FOR UPDATE";
        Long lowPosition = Sql.number(connection, position, low);
        Long highPosition = Sql.number(connection, position, high);
        String move = "UPDATE homepage_slots SET position = ? WHERE id = ?";
        Sql.update(connection, move, TEMPORARY_POSITION - low, low);
        Sql.update(connection, move, lowPosition, high);
        Sql.update(connection, move, highPosition, low);
    }

    /** Adds a category below another one, moves one, or deletes one with everything below it. */
    static void changeCategories(Connection connection, SplittableRandom random) throws SQLException {
        String some = "(SELECT id FROM categories WHERE id > 60 AND id >= ? ORDER BY id LIMIT 1)";
        long from = random.nextInt(2_000);
        switch (random.nextInt(4)) {
            case 0 -> Sql.update(connection, "DELETE FROM categories WHERE id = " + some, from);
            case 1 ->
                Sql.update(
                        connection,
                        "UPDATE categories SET parent_id = ?, rank = rank + 1 WHERE id = " + some,
                        1 + random.nextInt(60),
                        from);
            default -> Sql.update(connection, """
                INSERT INTO categories (parent_id, name)
                VALUES ((SELECT id FROM categories WHERE id >= ? ORDER BY id LIMIT 1), ?)\
                """, from / 20, "Category" + " " + ShopRandom.code(random));
        }
    }

    /** Gives a coupon another code, which is its key; now and then there is a new coupon. */
    static void renameCoupon(Connection connection, SplittableRandom random) throws SQLException {
        String code = ShopRandom.code(random);
        if (random.nextInt(5) == 0) {
            Sql.update(
                    connection,
                    "INSERT INTO coupons (code, discount) VALUES (?, 10) ON CONFLICT (code) DO NOTHING",
                    code);
            return;
        }
        Sql.update(connection, """
            UPDATE coupons SET code = ?, used = used + 1
            WHERE code = (SELECT code FROM coupons WHERE code >= ? ORDER BY code LIMIT 1 FOR UPDATE SKIP LOCKED)\
            """, code, ShopRandom.code(random));
    }

    static void publishRate(Connection connection, SplittableRandom random) throws SQLException {
        Sql.update(connection, """
            INSERT INTO exchange_rates (currency, valid_on, rate) VALUES ('USD', date '2024-01-01' + ?, ?::numeric)
            ON CONFLICT (currency, valid_on) DO UPDATE SET rate = excluded.rate\
            """, random.nextInt(1_000), random.nextInt(100_000) / 1000.0);
    }
}
