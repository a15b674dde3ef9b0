using System.Globalization;
using ConsulKvTools.HelpBuild.Cmdlets;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace ConsulKvTools.HelpBuild.Pages;

/// <summary>A parameter's yaml blocks, as PlatyPS has them: one for each group of sets that bind it alike.</summary>
internal static class ParameterYaml
{
    private const string AllSets = "(All)";
    private static readonly ISerializer Writer = new SerializerBuilder().Build();
    private static readonly IDeserializer Reader = new DeserializerBuilder().Build();

    /// <summary>The blocks, without their fences.</summary>
    public static IEnumerable<string> Write(ParameterFacts facts) => facts.Bindings.Select(binding => string.Join('\n',
    [
        Line("Type", facts.Type),
        Line("Parameter Sets", binding.Sets.Count == 0 ? AllSets : string.Join(", ", binding.Sets)),
        Line("Aliases", string.Join(", ", facts.Aliases)),
        .. facts.AcceptedValues.Count == 0 ? Array.Empty<string>() : [Line("Accepted values", string.Join(", ", facts.AcceptedValues))],
        "",
        Line("Required", binding.Required ? "True" : "False"),
        Line("Position", binding.PositionText),
        Line("Default value", facts.Default),
        Line("Accept pipeline input", binding.Pipeline),
        Line("Accept wildcard characters", facts.Wildcards ? "True" : "False"),
    ]));

    /// <summary>The parameter that blocks describe.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="blocks">At least one.</param>
    /// <exception cref="FormatException">They are not what <see cref="Write"/> writes.</exception>
    public static ParameterFacts Read(string name, IReadOnlyList<string> blocks)
    {
        var rows = blocks.Select(Read).ToArray();
        return new ParameterFacts
        {
            Name = name,
            Type = Value(rows[0], "Type"),
            Aliases = List(rows[0], "Aliases"),
            AcceptedValues = rows[0].ContainsKey("Accepted values") ? List(rows[0], "Accepted values") : [],
            Default = Value(rows[0], "Default value"),
            Wildcards = Value(rows[0], "Accept wildcard characters") == "True",
            Bindings = [.. rows.Select(row => new ParameterBinding(
                Value(row, "Parameter Sets") == AllSets ? [] : List(row, "Parameter Sets"),
                Value(row, "Required") == "True",
                int.TryParse(Value(row, "Position"), CultureInfo.InvariantCulture, out var position) ? position : null,
                Value(row, "Accept pipeline input")))],
        };
    }

    private static Dictionary<string, string?> Read(string block)
    {
        try
        {
            return Reader.Deserialize<Dictionary<string, string?>>(block) ?? [];
        }
        catch (YamlException error)
        {
            throw new FormatException(error.Message, error);
        }
    }

    private static string Value(Dictionary<string, string?> row, string key) =>
        row.TryGetValue(key, out var value) ? value ?? "" : throw new FormatException($"the yaml block has no '{key}'");

    private static string[] List(Dictionary<string, string?> row, string key) => Value(row, key).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string Line(string key, string value) => value.Length == 0 ? key + ":" : Writer.Serialize(new Dictionary<string, string> { [key] = value }).TrimEnd();
}
