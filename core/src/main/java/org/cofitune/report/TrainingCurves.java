package org.cofitune.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.cofitune.store.DiskFault;

/** What {@code events.jsonl} says about the training, step by step. */
final class TrainingCurves {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Curve.Point> loss = new ArrayList<>();
  private final List<Curve.Point> evalLoss = new ArrayList<>();
  private final List<Curve.Point> learningRate = new ArrayList<>();
  private final List<Curve.Point> gradNorm = new ArrayList<>();
  private final List<Curve.Point> penalty = new ArrayList<>();
  private final Map<String, List<Curve.Point>> measured = new TreeMap<>();
  private double seconds;
  private long trainableParameters;
  private long steps;

  private TrainingCurves() {}

  /** Reads a log; a last line that is half written is left out, as are events of other kinds. */
  static TrainingCurves read(Path file) {
    TrainingCurves curves = new TrainingCurves();
    try (Stream<String> lines = Files.lines(file)) {
      lines.forEach(curves::add);
    } catch (IOException e) {
      throw DiskFault.reading(file, e);
    } catch (UncheckedIOException e) {
      throw DiskFault.reading(file, e.getCause());
    }
    return curves;
  }

  private void add(String line) {
    JsonNode event;
    try {
      event = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      return; // a running process is writing it, or was killed while it did
    }
    double step = event.path("step").asDouble();
    switch (event.path("event").asText()) {
      case "train_start" -> trainableParameters = event.path("trainable_parameters").asLong();
      case "eval" -> put(evalLoss, step, event.path("eval_loss"));
      case "step" -> addStep(step, event);
      default -> {}
    }
  }

  private void addStep(double step, JsonNode event) {
    put(loss, step, event.path("loss"));
    put(learningRate, step, event.path("learning_rate"));
    put(gradNorm, step, event.path("grad_norm"));
    put(penalty, step, event.path("penalty"));
    event
        .path("measured")
        .properties()
        .forEach(
            entry ->
                put(
                    measured.computeIfAbsent(entry.getKey(), name -> new ArrayList<>()),
                    step,
                    entry.getValue()));
    seconds += event.at("/speed/seconds").asDouble();
    steps = Math.max(steps, (long) step);
  }

  private static void put(List<Curve.Point> curve, double step, JsonNode value) {
    if (value.isNumber() && Double.isFinite(value.asDouble())) {
      curve.add(new Curve.Point(step, value.asDouble()));
    }
  }

  boolean isEmpty() {
    return loss.isEmpty();
  }

  /** Loss of the training rows, as trained. */
  Curve loss() {
    return new Curve("training", loss, false);
  }

  /** Loss of the held-out rows; may have no points. */
  Curve evalLoss() {
    return new Curve("held out", evalLoss, true);
  }

  Curve learningRate() {
    return new Curve("learning rate", learningRate, false);
  }

  Curve gradNorm() {
    return new Curve("gradient norm", gradNorm, false);
  }

  /** What the method added to the loss; without points where it never added anything. */
  Curve penalty() {
    boolean any = penalty.stream().anyMatch(point -> point.value() != 0);
    return new Curve("penalty", any ? penalty : List.of(), false);
  }

  /** What the method measured, a curve for each name. */
  List<Curve> measured() {
    return measured.entrySet().stream()
        .map(entry -> new Curve(entry.getKey(), entry.getValue(), false))
        .toList();
  }

  /** Time of the steps that are in the log. */
  double seconds() {
    return seconds;
  }

  long trainableParameters() {
    return trainableParameters;
  }

  /** Optimizer steps taken. */
  long steps() {
    return steps;
  }
}
