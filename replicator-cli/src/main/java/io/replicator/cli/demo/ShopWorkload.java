package io.replicator.cli.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What goes on in the shop: customers, orders with items and payments, stock, page views that move between partitions,
 * prices, positions that swap, keys that change. Some transactions do several of these, some roll back a part.
 */
public final class ShopWorkload implements Workload {
    private static final int SEVERAL_PERCENT = 10;
    private static final int SAVEPOINT_PERCENT = 8;
    private static final int TRUNCATE_PER_THOUSAND = 2;

    private final List<Step> steps;
    private final int totalWeight;

    private record Step(int weight, Workload work) {}

    private ShopWorkload(List<Step> steps) {
        this.steps = steps;
        totalWeight = steps.stream().mapToInt(Step::weight).sum();
    }

    /** Everything, with a TRUNCATE of the carts now and then. */
    public static ShopWorkload everything() {
        return new ShopWorkload(List.of(
                new Step(20, ShopOrders::place),
                new Step(10, ShopOrders::advance),
                new Step(4, ShopOrders::pay),
                new Step(3, ShopOrders::delete),
                new Step(4, ShopOrders::renumberLine),
                new Step(8, ShopCatalogue::moveStock),
                new Step(4, ShopCatalogue::changePrices),
                new Step(6, ShopCatalogue::reviseManual),
                new Step(5, ShopCatalogue::swapSlots),
                new Step(2, ShopCatalogue::changeCategories),
                new Step(3, ShopCatalogue::renameCoupon),
                new Step(2, ShopCatalogue::publishRate),
                new Step(4, ShopCustomers::register),
                new Step(8, ShopCustomers::change),
                new Step(4, ShopCustomers::note),
                new Step(8, ShopVisits::view),
                new Step(3, ShopVisits::moveBetweenMonths),
                new Step(5, ShopWorkload::cart)));
    }

    @Override
    public void perform(Connection connection, SplittableRandom random) throws SQLException {
        one(connection, random);
        if (random.nextInt(100) < SEVERAL_PERCENT) {
            one(connection, random);
            one(connection, random);
        }
        if (random.nextInt(100) < SAVEPOINT_PERCENT) {
            Savepoint savepoint = connection.setSavepoint();
            one(connection, random);
            if (random.nextBoolean()) {
                connection.rollback(savepoint);
            }
            one(connection, random);
        }
    }

    private void one(Connection connection, SplittableRandom random) throws SQLException {
        int ticket = random.nextInt(totalWeight);
        for (Step step : steps) {
            ticket -= step.weight();
            if (ticket < 0) {
                step.work().perform(connection, random);
                return;
            }
        }
    }

    private static void cart(Connection connection, SplittableRandom random) throws SQLException {
        if (random.nextInt(1_000) < TRUNCATE_PER_THOUSAND) {
            Sql.update(connection, "TRUNCATE carts");
            return;
        }
        String content = "[{\"product\": " + random.nextInt(5_000) + "}]";
        Sql.update(
                connection,
                "INSERT INTO carts (session, content) VALUES (?::uuid, ?::jsonb)",
                ShopRandom.uuid(random),
                content);
        Sql.update(
                connection,
                "DELETE FROM carts WHERE session = (SELECT session FROM carts WHERE session >= ?::uuid"
                        + " ORDER BY session LIMIT 1)",
                ShopRandom.uuid(random));
    }
}
