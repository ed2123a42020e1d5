package org.cofitune.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes the header of a safetensors file: the same bytes for the same tensors, everywhere. */
final class HeaderBytes {
  /** Tensors begin at a multiple of this, so that every type can be addressed where it lies. */
  private static final int ALIGNMENT = 8;

  private HeaderBytes() {}

  /**
   * The bytes before the first tensor, length included.
   *
   * @param tensors with offsets counted from the end of the header
   */
  static ByteBuffer of(List<TensorEntry> tensors, Map<String, String> metadata) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart("__metadata__");
        for (Map.Entry<String, String> item : new TreeMap<>(metadata).entrySet()) {
          json.writeStringField(item.getKey(), item.getValue());
        }
        json.writeEndObject();
      }
      for (TensorEntry tensor : tensors) {
        json.writeObjectFieldStart(tensor.name());
        json.writeStringField("dtype", tensor.type().name());
        json.writeFieldName("shape");
        json.writeArray(tensor.sizes(), 0, tensor.sizes().length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {tensor.begin(), tensor.end()}, 0, 2);
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    int length = (text.size() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] padded = Arrays.copyOf(text.toByteArray(), length);
    Arrays.fill(padded, text.size(), length, (byte) ' ');
    return ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES + length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(padded)
        .flip();
  }
}
