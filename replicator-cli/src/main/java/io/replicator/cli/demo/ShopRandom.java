package io.replicator.cli.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Random values, and random rows among those that are there. */
final class ShopRandom {
    private ShopRandom() {}

    static String uuid(SplittableRandom random) {
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }

    /** A name of eight upper-case letters. */
    static String code(SplittableRandom random) {
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            code.append((char) ('A' + random.nextInt(26)));
        }
        return code.toString();
    }

    static @Nullable Long order(Connection connection, SplittableRandom random) throws SQLException {
        return Sql.number(connection, """
            SELECT id FROM orders WHERE id >= (SELECT (? * max(id))::bigint FROM orders) ORDER BY id LIMIT 1\
            """, random.nextDouble());
    }

    static @Nullable Long customer(Connection connection, SplittableRandom random) throws SQLException {
        return Sql.number(connection, """
            SELECT id FROM customers WHERE id >= (SELECT (? * max(id))::bigint FROM customers)
            ORDER BY id LIMIT 1\
            """, random.nextDouble());
    }

    static @Nullable Long product(Connection connection, SplittableRandom random) throws SQLException {
        return Sql.number(connection, """
            SELECT id FROM products WHERE id >= (SELECT (? * max(id))::integer FROM products)
            ORDER BY id LIMIT 1\
            """, random.nextDouble());
    }
}
