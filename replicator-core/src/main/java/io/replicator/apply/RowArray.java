package io.replicator.apply;

import io.replicator.apply.RowTypes.RowType;
import io.replicator.change.Tuple;
import java.nio.ByteBuffer;
import java.util.List;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/**
 * Rows as one parameter: an array of a composite type in binary form, which holds each value as it arrived (PostgreSQL
 * source, array_recv and record_recv).
 */
@SuppressWarnings("serial")
final class RowArray extends PGobject implements PGBinaryObject {
    private static final int ARRAY_HEADER = 20;
    private static final int TEXT = 25;
    private static final int NULL_LENGTH = -1;

    private final transient RowType rowType;
    private final transient List<NetChange> rows;
    private final int[] columns;
    private final int[] oids;
    private final int length;

    RowArray(RowType rowType, TableMapping mapping, RowSet set) {
        this.rowType = rowType;
        this.rows = set.rows();
        this.columns = set.columns();
        this.oids = new int[columns.length];
        for (int i = 0; i < columns.length; i++) {
            oids[i] = set.isText(columns[i]) ? TEXT : mapping.typeOid(columns[i]);
        }
        this.length = length(rows, columns);
        setType(rowType.arrayName());
    }

    private static int length(List<NetChange> rows, int[] columns) {
        int length = ARRAY_HEADER;
        for (NetChange change : rows) {
            length += Integer.BYTES + recordLength(change.carrier(), columns);
        }
        return length;
    }

    private static int recordLength(Tuple row, int[] columns) {
        int length = Integer.BYTES;
        for (int column : columns) {
            length += 2 * Integer.BYTES + (row.hasValue(column) ? row.valueLength(column) : 0);
        }
        return length;
    }

    @Override
    public int lengthInBytes() {
        return length;
    }

    @Override
    public void toBytes(byte[] bytes, int offset) {
        ByteBuffer out = ByteBuffer.wrap(bytes, offset, length);
        out.putInt(1).putInt(0).putInt(rowType.oid()).putInt(rows.size()).putInt(1);
        for (NetChange change : rows) {
            Tuple row = change.carrier();
            out.putInt(recordLength(row, columns));
            out.putInt(columns.length);
            for (int i = 0; i < columns.length; i++) {
                out.putInt(oids[i]);
                if (row.hasValue(columns[i])) {
                    int value = row.valueLength(columns[i]);
                    out.putInt(value);
                    out.put(row.buffer(), row.valueOffset(columns[i]), value);
                } else {
                    out.putInt(NULL_LENGTH);
                }
            }
        }
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
        throw new UnsupportedOperationException("rows are only sent");
    }
}
