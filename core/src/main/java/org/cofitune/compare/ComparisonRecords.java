package org.cofitune.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import org.cofitune.store.RecordLines;

/** The files in which a comparison keeps what it has found out so far. */
public final class ComparisonRecords {
  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private ComparisonRecords() {}

  /** The trials of learning rates. */
  public static RecordLines<ComparedTrial> trials(Path file) {
    return open(file, ComparedTrial.class);
  }

  /** What the trainings took. */
  public static RecordLines<TrainingTime> times(Path file) {
    return open(file, TrainingTime.class);
  }

  private static <R extends Record> RecordLines<R> open(Path file, Class<R> type) {
    return RecordLines.open(
        file,
        new RecordLines.Kind<>(
            type, JSON, "record of a comparison", "what it is about will run again"));
  }
}
