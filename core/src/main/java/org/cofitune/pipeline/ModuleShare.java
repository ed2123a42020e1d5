package org.cofitune.pipeline;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofitune.importance.RowFactors;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ParameterNames;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of one module in a run of neighbouring layers that have the same fate.
 *
 * @param module short name, for example {@code up_proj}
 * @param firstLayer of the range; null for what belongs to no layer
 * @param lastLayer of the range, itself included
 * @param fate what happens to it
 * @param parameters numbers in it, biases included
 * @param maskedRows output rows that the soft mask damps
 * @param meanFactor mean of what it leaves of them, {@code 1 - strength * I}; null where nothing is
 *     masked
 */
public record ModuleShare(
    String module,
    @Nullable Integer firstLayer,
    @Nullable Integer lastLayer,
    Fate fate,
    long parameters,
    long maskedRows,
    @Nullable Double meanFactor) {
  private static final Pattern OF_LAYER = Pattern.compile("model\\.layers\\.(\\d+)\\.(.+)");

  /** What happens to a parameter. */
  public enum Fate {
    /** It keeps its bytes. */
    FROZEN,
    /** It is trained as AdamW wants. */
    TRAINED,
    /** It is frozen, and the low-rank adapter beside it is trained. */
    ADAPTED,
    /** It is trained, and each of its rows damped. */
    MASKED;

    /** As tables and JSON have it. */
    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One module of one layer. */
  private record Piece(String module, @Nullable Integer layer, Fate fate, List<String> names) {}

  /**
   * Every module of a model.
   *
   * @param changed the parameters that come out changed
   * @param fateOfChanged what happens to them, apart from a mask
   * @param factors what a soft mask leaves of rows, if there is one
   */
  static List<ModuleShare> of(
      ModelConfig config, Set<String> changed, Fate fateOfChanged, Optional<RowFactors> factors) {
    Map<String, List<Long>> shapes = ParameterNames.shapes(config);
    Map<String, List<Piece>> byModule = new LinkedHashMap<>();
    shapes
        .keySet()
        .forEach(
            name -> {
              Fate fate = changed.contains(name) ? fate(name, fateOfChanged, factors) : Fate.FROZEN;
              Matcher matcher = OF_LAYER.matcher(name);
              boolean inLayer = matcher.matches();
              Integer layer = inLayer ? Integer.valueOf(matcher.group(1)) : null;
              List<Piece> pieces =
                  byModule.computeIfAbsent(module(name), module -> new ArrayList<>());
              add(pieces, module(name), layer, fate, name);
            });
    List<ModuleShare> shares = new ArrayList<>();
    byModule.values().forEach(pieces -> shares.addAll(joined(pieces, shapes, factors)));
    return shares;
  }

  private static void add(
      List<Piece> pieces, String module, @Nullable Integer layer, Fate fate, String name) {
    Piece last = pieces.isEmpty() ? null : pieces.get(pieces.size() - 1);
    if (last != null && Objects.equals(last.layer(), layer)) {
      last.names().add(name); // the bias of a weight
    } else {
      pieces.add(new Piece(module, layer, fate, new ArrayList<>(List.of(name))));
    }
  }

  private static Fate fate(String name, Fate otherwise, Optional<RowFactors> factors) {
    return factors.isPresent() && factors.get().isMasked(name) ? Fate.MASKED : otherwise;
  }

  private static String module(String name) {
    int end = name.lastIndexOf('.');
    return name.substring(name.lastIndexOf('.', end - 1) + 1, end);
  }

  /** Neighbouring layers of the same fate as one. */
  private static List<ModuleShare> joined(
      List<Piece> pieces, Map<String, List<Long>> shapes, Optional<RowFactors> factors) {
    List<ModuleShare> shares = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= pieces.size(); i++) {
      if (i == pieces.size() || pieces.get(i).fate() != pieces.get(from).fate()) {
        shares.add(share(pieces.subList(from, i), shapes, factors));
        from = i;
      }
    }
    return shares;
  }

  private static ModuleShare share(
      List<Piece> pieces, Map<String, List<Long>> shapes, Optional<RowFactors> factors) {
    Piece first = pieces.get(0);
    long parameters = 0;
    long rows = 0;
    double kept = 0;
    for (Piece piece : pieces) {
      for (String name : piece.names()) {
        parameters += ParameterNames.elements(shapes.get(name));
      }
      if (piece.fate() == Fate.MASKED) {
        double[] ofRows = factors.orElseThrow().of(piece.names().get(0)).orElseThrow();
        rows += ofRows.length;
        kept += Arrays.stream(ofRows).sum();
      }
    }
    return new ModuleShare(
        first.module(),
        first.layer(),
        pieces.get(pieces.size() - 1).layer(),
        first.fate(),
        parameters,
        rows,
        rows == 0 ? null : kept / rows);
  }
}
