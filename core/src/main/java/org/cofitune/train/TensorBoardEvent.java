package org.cofitune.train;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The few messages of TensorFlow's {@code event.proto} and {@code summary.proto} that scalars need,
 * in protobuf's wire format, and the TFRecord frame around them.
 */
final class TensorBoardEvent {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;

  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int SESSION_LOG = 7;

  private static final int SUMMARY_VALUE = 1;
  private static final int VALUE_TAG = 1;
  private static final int VALUE_SIMPLE = 2;
  private static final int SESSION_STATUS = 1;
  private static final int SESSION_START = 1;

  /** TFRecord stores checksums rotated and shifted, so that a checksum of checksums is sound. */
  private static final int MASK_DELTA = 0xa282ead8;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private TensorBoardEvent() {}

  /** The first event of every file. */
  static byte[] fileVersion(double wallTime) {
    TensorBoardEvent event = new TensorBoardEvent();
    event.fixed64(WALL_TIME, wallTime);
    event.bytes(FILE_VERSION, "brain.Event:2".getBytes(StandardCharsets.US_ASCII));
    return event.out.toByteArray();
  }

  /** Says that what other files have from this step on is void. */
  static byte[] sessionStart(double wallTime, long step) {
    TensorBoardEvent session = new TensorBoardEvent();
    session.varint(SESSION_STATUS, SESSION_START);
    TensorBoardEvent event = new TensorBoardEvent();
    event.fixed64(WALL_TIME, wallTime);
    event.varint(STEP, step);
    event.bytes(SESSION_LOG, session.out.toByteArray());
    return event.out.toByteArray();
  }

  /** Scalars of one step by tag. */
  static byte[] scalars(double wallTime, long step, Map<String, Double> values) {
    TensorBoardEvent summary = new TensorBoardEvent();
    values.forEach(
        (tag, value) -> {
          TensorBoardEvent scalar = new TensorBoardEvent();
          scalar.bytes(VALUE_TAG, tag.getBytes(StandardCharsets.UTF_8));
          scalar.fixed32(VALUE_SIMPLE, value.floatValue());
          summary.bytes(SUMMARY_VALUE, scalar.out.toByteArray());
        });
    TensorBoardEvent event = new TensorBoardEvent();
    event.fixed64(WALL_TIME, wallTime);
    event.varint(STEP, step);
    event.bytes(SUMMARY, summary.out.toByteArray());
    return event.out.toByteArray();
  }

  /** The TFRecord frame: length, its checksum, the bytes, their checksum, little-endian. */
  static byte[] record(byte[] data) {
    byte[] length = littleEndian(Long.BYTES).putLong(data.length).array();
    return littleEndian(length.length + data.length + 2 * Integer.BYTES)
        .put(length)
        .putInt(maskedChecksum(length))
        .put(data)
        .putInt(maskedChecksum(data))
        .array();
  }

  private static int maskedChecksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
  }

  private void fixed64(int field, double value) {
    tag(field, FIXED64);
    out.writeBytes(littleEndian(Double.BYTES).putDouble(value).array());
  }

  private void fixed32(int field, float value) {
    tag(field, FIXED32);
    out.writeBytes(littleEndian(Float.BYTES).putFloat(value).array());
  }

  private void varint(int field, long value) {
    tag(field, VARINT);
    base128(value);
  }

  private void bytes(int field, byte[] value) {
    tag(field, LENGTH_DELIMITED);
    base128(value.length);
    out.writeBytes(value);
  }

  private void tag(int field, int wireType) {
    base128((field << 3) | wireType);
  }

  private void base128(long value) {
    long rest = value;
    while (rest >>> 7 != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
