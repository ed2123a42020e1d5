package org.cofitune.pipeline;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.error.NearestName;

/** Makes a section's record from its defaults and the settings that stand over them. */
final class SectionBinder {
  private static final JsonMapper MAPPER = mapper();

  private SectionBinder() {}

  /**
   * Binds one section.
   *
   * @param settings by full key; keys of other sections are left alone
   * @throws CofituneException of kind RECIPE at the origin of the value that does not fit
   */
  static <R extends Record> R bind(RecipeSection<R> section, Map<String, Setting> settings) {
    ObjectNode merged = tree(section.defaults());
    for (RecipeSection.Key key : section.keys()) {
      Setting setting = settings.get(key.full());
      if (setting != null && !setting.value().isNull()) {
        merged.set(key.name(), setting.value());
      }
    }
    try {
      return MAPPER.treeToValue(merged, section.type());
    } catch (JsonMappingException e) {
      throw located(e, section, settings);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree cannot be malformed", e);
    }
  }

  /** A record as a tree with the names of its keys. */
  static ObjectNode tree(Record section) {
    return MAPPER.valueToTree(section);
  }

  private static CofituneException located(
      JsonMappingException failure, RecipeSection<?> section, Map<String, Setting> settings) {
    if (failure.getCause() instanceof CofituneException refused) {
      return refused
          .where()
          .map(key -> section.prefix().isEmpty() ? key : section.prefix() + "." + key)
          .map(
              key ->
                  settings.containsKey(key)
                      ? refused.at(settings.get(key).origin() + ": " + key)
                      : refused.at(key))
          .orElse(refused);
    }
    String path = path(failure);
    Optional<RecipeSection.Key> key =
        section.keys().stream()
            .filter(k -> path.equals(k.name()) || path.startsWith(k.name() + "["))
            .findFirst();
    Optional<Setting> setting = key.map(k -> settings.get(k.full()));
    if (key.isEmpty() || setting.isEmpty()) {
      return CofituneException.of(ErrorKind.RECIPE, "setting does not fit")
          .at(path)
          .found(failure.getOriginalMessage())
          .cause(failure)
          .build();
    }
    String part = path.substring(key.get().name().length());
    String place = setting.get().originOf(part) + ": " + key.get().full() + part;
    if (failure instanceof UnrecognizedPropertyException unknown) {
      return unknownName(unknown, place);
    }
    CofituneException.Builder error =
        CofituneException.of(ErrorKind.RECIPE, "value does not fit").at(place).cause(failure);
    return part.isEmpty()
        ? error.expected(key.get().expected()).found(shown(setting.get().value())).build()
        : error.found(failure.getOriginalMessage()).build();
  }

  private static CofituneException unknownName(UnrecognizedPropertyException e, String place) {
    TreeSet<String> known = new TreeSet<>();
    e.getKnownPropertyIds().forEach(id -> known.add(id.toString()));
    return CofituneException.of(ErrorKind.RECIPE, "unknown key")
        .at(place)
        .expected(String.join(", ", known))
        .next(
            NearestName.of(e.getPropertyName(), known)
                .map(name -> "did you mean " + name + "?")
                .orElse("remove the key"))
        .build();
  }

  private static String shown(JsonNode value) {
    String text = value.isTextual() ? "\"" + value.asText() + "\"" : value.toString();
    return text.length() > 80 ? text.substring(0, 80) + "..." : text;
  }

  private static String path(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return path.toString();
  }

  /** Jackson's own way with paths makes them absolute URLs. */
  private static SimpleModule pathsAsWritten() {
    return new SimpleModule()
        .addSerializer(Path.class, ToStringSerializer.instance)
        .addDeserializer(
            Path.class,
            new FromStringDeserializer<>(Path.class) {
              private static final long serialVersionUID = 1L;

              @Override
              protected Path _deserialize(String text, DeserializationContext context) {
                return Path.of(text);
              }
            });
  }

  private static JsonMapper mapper() {
    JsonMapper mapper =
        JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
            .addModule(pathsAsWritten())
            .build();
    for (LogicalType scalar :
        new LogicalType[] {
          LogicalType.Integer, LogicalType.Float, LogicalType.Boolean, LogicalType.Enum
        }) {
      mapper
          .coercionConfigFor(scalar)
          .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail);
    }
    return mapper;
  }
}
