package io.replicator.cli.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.SplittableRandom;

/** Page views, which lie in a partition for each month of 2025 and one for all other times. */
final class ShopVisits {
    private static final int DAYS_OF_2025 = 365;
    private static final int DEFAULT_PARTITION_SINCE = 11;

    private ShopVisits() {}

    /** A few page views at once, some of them outside of 2025. */
    static void view(Connection connection, SplittableRandom random) throws SQLException {
        int days = canMove(connection) ? DAYS_OF_2025 + 20 : DAYS_OF_2025;
        Sql.update(
                connection,
                """
                INSERT INTO page_views (viewed_at, customer_id, path, duration_ms)
                SELECT timestamptz '2025-01-01 00:00+00' + ? * interval '1 day' + n * interval '7.123456 s', ?, ?, n * 100
                FROM generate_series(1, ?) AS n\
                """,
                random.nextInt(days),
                random.nextInt(1_000),
                "/page/" + random.nextInt(500),
                1 + random.nextInt(4));
    }

    /** Moves page views to another month, and with it to another partition. */
    static void moveBetweenMonths(Connection connection, SplittableRandom random) throws SQLException {
        if (!canMove(connection)) {
            return;
        }
        int day = random.nextInt(DAYS_OF_2025);
        Sql.update(connection, """
            UPDATE page_views SET viewed_at = viewed_at + ? * interval '1 day'
            WHERE (id, viewed_at) IN (
                SELECT id, viewed_at FROM page_views
                WHERE viewed_at >= timestamptz '2025-01-01 00:00+00' + ? * interval '1 day'
                    AND viewed_at < timestamptz '2025-01-02 00:00+00' + ? * interval '1 day'
                ORDER BY id LIMIT 3)\
            """, random.nextInt(90) - 45, day, day);
    }

    private static boolean canMove(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseMajorVersion() >= DEFAULT_PARTITION_SINCE;
    }
}
