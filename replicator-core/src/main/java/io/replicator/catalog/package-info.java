/**
 * What a database holds: tables with columns and keys, sequences, materialized views, foreign keys. Read by a few
 * set-based queries inside the caller's transaction, so that a catalog belongs to one snapshot.
 *
 * <p>Tables are those that hold rows: ordinary tables and the leaves of partitioned ones, each on its own.
 */
@NullMarked
package io.replicator.catalog;

import org.jspecify.annotations.NullMarked;
