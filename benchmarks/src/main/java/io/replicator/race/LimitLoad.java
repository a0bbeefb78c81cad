package io.replicator.race;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;

/**
 * What the machine allows: two pipes of binary COPY, large tables in two halves, then all indexes by pg_restore. It has no snapshot, no progress and no way to go on after a fault.
 */
final class LimitLoad implements Loader {
    private static final int PIPES = 2;
    private static final long LARGE_PAGES = 12_800;

    @Override
    public String name() {
        return "limit";
    }

    @Override
    public void load(Arena arena) {
        SchemaOnly.tables(arena);
        Queue<String> pieces = new ConcurrentLinkedQueue<>(pieces(arena));
        try (ExecutorService executor = Executors.newFixedThreadPool(PIPES)) {
            List<Future<?>> pipes = new ArrayList<>();
            for (int pipe = 0; pipe < PIPES; pipe++) {
                pipes.add(executor.submit(() -> copy(arena, pieces)));
            }
            for (Future<?> pipe : pipes) {
                pipe.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        SchemaOnly.indexes(arena);
    }

    /** Table and condition of each piece, the largest tables first. */
    private static List<String> pieces(Arena arena) {
        String pieces = arena.source().value(arena.sourceDatabase(), """
                SELECT string_agg(quote_ident(relname) || E'\\t' || piece, E'\\n' ORDER BY pages DESC)
                FROM (SELECT relname, pg_relation_size(oid) / 8192 AS pages FROM pg_class
                      WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace) AS tables,
                    LATERAL unnest(CASE WHEN pages > %d
                        THEN ARRAY['WHERE ctid < ''(' || pages / 2 || ',0)''', 'WHERE ctid >= ''(' || pages / 2 || ',0)''']
                        ELSE ARRAY[''] END) AS piece""".formatted(LARGE_PAGES));
        return pieces.lines().toList();
    }

    /** Works off pieces, the bytes passed through. */
    private static void copy(Arena arena, Queue<String> pieces) {
        try (Connection source = arena.source().connect(arena.sourceDatabase());
                Connection target = arena.target().connect(arena.targetDatabase())) {
            CopyManager from = source.unwrap(PGConnection.class).getCopyAPI();
            CopyManager to = target.unwrap(PGConnection.class).getCopyAPI();
            for (String piece = pieces.poll(); piece != null; piece = pieces.poll()) {
                int tab = piece.indexOf('\t');
                String table = piece.substring(0, tab);
                CopyOut out = from.copyOut("COPY (SELECT * FROM " + table + " " + piece.substring(tab + 1)
                        + ") TO STDOUT (FORMAT binary)");
                CopyIn in = to.copyIn("COPY " + table + " FROM STDIN (FORMAT binary)");
                for (byte[] bytes = out.readFromCopy(); bytes != null; bytes = out.readFromCopy()) {
                    in.writeToCopy(bytes, 0, bytes.length);
                }
                in.endCopy();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
