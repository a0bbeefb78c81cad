package io.replicator.cli.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.SplittableRandom;

/** Orders with their items, payments and events. */
final class ShopOrders {
    private ShopOrders() {}

    /** A new order with one to five items; their stock is taken, in the order of products. */
    static void place(Connection connection, SplittableRandom random) throws SQLException {
        Long customer = ShopRandom.customer(connection, random);
        Long order = Sql.number(
                connection,
                "INSERT INTO orders (customer_id, placed_at, note) VALUES (?, now(), ?) RETURNING id",
                customer,
                random.nextInt(4) == 0 ? "gift, wrap it \"nicely\"" : null);
        int items = 1 + random.nextInt(5);
        for (int line = 1; line <= items; line++) {
            Sql.update(connection, """
                INSERT INTO order_items (order_id, line_number, product_id, quantity, unit_price)
                SELECT ?, ?, id, ?, price FROM products
                WHERE id >= (SELECT (? * max(id))::integer FROM products) ORDER BY id LIMIT 1\
                """, order, line, 1 + random.nextInt(3), random.nextDouble());
        }
        Sql.update(connection, """
            WITH sold AS (SELECT product_id, sum(quantity) AS quantity FROM order_items WHERE order_id = ? GROUP BY 1),
                locked AS (SELECT s.product_id FROM stock AS s JOIN sold USING (product_id)
                           WHERE warehouse = 'HAM' ORDER BY s.product_id FOR UPDATE OF s)
            UPDATE stock AS s SET quantity = s.quantity - sold.quantity
            FROM sold JOIN locked USING (product_id)
            WHERE s.product_id = sold.product_id AND warehouse = 'HAM'\
            """, order);
        if (order != null && random.nextInt(10) < 7) {
            pay(connection, random, order);
        }
    }

    static void pay(Connection connection, SplittableRandom random) throws SQLException {
        Long order = ShopRandom.order(connection, random);
        if (order != null) {
            pay(connection, random, order);
        }
    }

    private static void pay(Connection connection, SplittableRandom random, Long order) throws SQLException {
        Sql.update(
                connection, """
                INSERT INTO payments (id, order_id, method, amount, receipt)
                SELECT ?::uuid, ?, (enum_range(NULL::payment_method))[?],
                    (SELECT sum(quantity * unit_price) FROM order_items WHERE order_id = o.id), decode(md5(?), 'hex')
                FROM orders AS o WHERE id = ? AND EXISTS (SELECT FROM order_items WHERE order_id = o.id)\
                """, ShopRandom.uuid(random), order, 1 + random.nextInt(4), "receipt" + " " + order, order);
        Sql.update(connection, """
            UPDATE orders SET status = 'paid', invoice_number = nextval('invoice_numbers')
            WHERE id = ? AND status = 'new'\
            """, order);
    }

    /** Several orders go on to another status, which the application's trigger records. */
    static void advance(Connection connection, SplittableRandom random) throws SQLException {
        Long first = ShopRandom.order(connection, random);
        Sql.update(connection, """
            UPDATE orders SET status = (enum_range(NULL::order_status))[?]
            WHERE id IN (SELECT id FROM orders WHERE id >= ? ORDER BY id LIMIT ? FOR UPDATE)\
            """, 1 + random.nextInt(6), first, 1 + random.nextInt(4));
    }

    /** Deletes an order; items, payments and events go with it. */
    static void delete(Connection connection, SplittableRandom random) throws SQLException {
        Sql.update(connection, "DELETE FROM orders WHERE id = ?", ShopRandom.order(connection, random));
    }

    /** Changes the composite key of the last item. */
    static void renumberLine(Connection connection, SplittableRandom random) throws SQLException {
        Sql.update(connection, """
            UPDATE order_items AS i SET line_number = line_number + 1, quantity = quantity + 1
            WHERE order_id = ? AND line_number < 1000
                AND line_number = (SELECT max(line_number) FROM order_items WHERE order_id = i.order_id)\
            """, ShopRandom.order(connection, random));
    }
}
