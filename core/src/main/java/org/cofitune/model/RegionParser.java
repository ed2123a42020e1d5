package org.cofitune.model;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Reads a region's text form: {@code 25%-50%:up_proj,down_proj}, {@code 8-15:ffn}, {@code bottom2},
 * {@code all}. Fractions are boundaries, indices are inclusive.
 */
public final class RegionParser {
  private static final Pattern FRACTIONS =
      Pattern.compile("(\\d{1,3}(?:\\.\\d{1,6})?)%-(\\d{1,3}(?:\\.\\d{1,6})?)%");
  private static final Pattern INDICES = Pattern.compile("(\\d{1,4})(?:-(\\d{1,4}))?");
  private static final double PERCENT = 100.0;
  private static final String EXAMPLES =
      "a form like 25%-50%:up_proj,down_proj, 8-15:ffn, bottom2 or all";

  /** The names of the authors' released code. */
  private static final Map<String, String> NAMED = new LinkedHashMap<>();

  static {
    NAMED.put("bottom1", "0%-25%");
    NAMED.put("bottom2", "25%-50%");
    NAMED.put("middle", "50%-75%");
    NAMED.put("top", "75%-100%");
    NAMED.put("bottom-plus", "0%-50%");
    NAMED.put("middle-plus", "25%-75%");
    NAMED.put("top-plus", "50%-100%");
  }

  private final String text;
  private final int numLayers;

  private RegionParser(String text, int numLayers) {
    this.text = text;
    this.numLayers = numLayers;
  }

  /**
   * Reads a region for a model with this many layers.
   *
   * @throws CofituneException of kind RECIPE if the text is no region, or one without layers
   */
  public static Region parse(String text, int numLayers) {
    return new RegionParser(text, numLayers).parse();
  }

  private Region parse() {
    String trimmed = text.strip().toLowerCase(Locale.ROOT);
    if (trimmed.equals("all")) {
      return new Region.WholeModel();
    }
    int colon = trimmed.indexOf(':');
    LayerRange layers = layers(colon < 0 ? trimmed : trimmed.substring(0, colon));
    String modules = colon < 0 ? "mha+ffn" : trimmed.substring(colon + 1);
    return modules.strip().equals("all")
        ? new Region.WholeLayers(layers)
        : new Region.Modules(layers, modules(modules));
  }

  private LayerRange layers(String part) {
    String range = NAMED.getOrDefault(part.strip(), part.strip());
    Matcher fractions = FRACTIONS.matcher(range);
    if (fractions.matches()) {
      double from = Double.parseDouble(fractions.group(1)) / PERCENT;
      double to = Double.parseDouble(fractions.group(2)) / PERCENT;
      return range(LayerRange.boundary(from, numLayers), LayerRange.boundary(to, numLayers), to);
    }
    Matcher indices = INDICES.matcher(range);
    if (indices.matches()) {
      int from = Integer.parseInt(indices.group(1));
      int last = indices.group(2) == null ? from : Integer.parseInt(indices.group(2));
      return range(from, last + 1, 0);
    }
    throw error("unreadable layers").found("\"" + part + "\"").next("name layers that way").build();
  }

  private LayerRange range(int from, int to, double fraction) {
    if (from >= to || to > numLayers || fraction > 1) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible region")
          .at("region \"" + text + "\"")
          .expected("at least one of the model's layers 0-" + (numLayers - 1))
          .found(from >= to ? "no layer" : "layers " + from + "-" + (to - 1))
          .next("widen the range: cofitune estimate --region shows what a region holds")
          .build();
    }
    return new LayerRange(from, to);
  }

  private Set<Projection> modules(String part) {
    Set<Projection> projections = EnumSet.noneOf(Projection.class);
    for (String name : part.split("[,+]", -1)) {
      switch (name.strip()) {
        case "mha" -> projections.addAll(Projection.ATTENTION);
        case "ffn" -> projections.addAll(Projection.FEED_FORWARD);
        default -> projections.add(module(name.strip()));
      }
    }
    return projections;
  }

  private Projection module(String name) {
    String full = name.length() > 0 && !name.endsWith("_proj") ? name + "_proj" : name;
    return Projection.named(full)
        .orElseThrow(
            () ->
                CofituneException.of(ErrorKind.RECIPE, "unknown module")
                    .at("region \"" + text + "\"")
                    .expected(
                        "q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, mha, ffn or"
                            + " all")
                    .found("\"" + name + "\"")
                    .next("correct the name")
                    .build());
  }

  private CofituneException.Builder error(String what) {
    return CofituneException.of(ErrorKind.RECIPE, what)
        .at("region \"" + text + "\"")
        .expected(EXAMPLES);
  }
}
