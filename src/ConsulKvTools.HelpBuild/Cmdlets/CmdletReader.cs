using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace ConsulKvTools.HelpBuild.Cmdlets;

/// <summary>Reads cmdlets by reflection.</summary>
internal static class CmdletReader
{
    /// <summary>The cmdlets of an assembly file, by name. The assemblies it needs are looked for beside it.</summary>
    public static IReadOnlyList<CmdletFacts> Read(string assemblyFile)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(assemblyFile))!;
        AppDomain.CurrentDomain.AssemblyResolve += (_, wanted) =>
            Path.Combine(folder, new AssemblyName(wanted.Name).Name + ".dll") is var file && File.Exists(file) ? Assembly.LoadFrom(file) : null;
        return Read(Assembly.LoadFrom(Path.GetFullPath(assemblyFile)), XmlDocs.Beside(assemblyFile));
    }

    /// <summary>The cmdlets of an assembly, by name.</summary>
    public static IReadOnlyList<CmdletFacts> Read(Assembly assembly, XmlDocs docs) =>
        (from type in assembly.GetTypes()
         where !type.IsAbstract
         from attribute in WrittenAttribute.On<CmdletAttribute>(type)
         let cmdlet = Read(type, attribute, docs)
         orderby cmdlet.Name
         select cmdlet).ToArray();

    private static CmdletFacts Read(Type type, WrittenAttribute cmdlet, XmlDocs docs)
    {
        var instance = Activator.CreateInstance(type)!;
        var properties = type.GetProperties().Select(property => (Property: property, Bound: WrittenAttribute.On<ParameterAttribute>(property).ToArray())).Where(one => one.Bound.Length > 0).ToArray();
        var sets = properties.SelectMany(one => one.Bound).Select(SetOf).Where(name => name != ParameterAttribute.AllParameterSets).Distinct().ToArray();
        var defaultSet = cmdlet.Named<string>(nameof(CmdletAttribute.DefaultParameterSetName)) is { } named && sets.Contains(named) ? named : null;
        var parameters = properties.Select(one => Read(one.Property, one.Bound, instance, sets, docs)).ToList();
        if (cmdlet.Named<bool>(nameof(CmdletAttribute.SupportsShouldProcess)))
        {
            parameters.Add(Switch("Confirm", "cf", "Asks before the command does something."));
            parameters.Add(Switch("WhatIf", "wi", "Shows what would be done, and does nothing."));
        }
        return new CmdletFacts
        {
            Name = $"{cmdlet.Arguments[0]}-{cmdlet.Arguments[1]}",
            HelpUri = cmdlet.Named<string>(nameof(CmdletAttribute.HelpUri)),
            Sets = [.. sets.OrderBy(name => name != defaultSet).ThenBy(name => name, StringComparer.Ordinal)],
            DefaultSet = defaultSet,
            Parameters = [.. parameters.OrderBy(parameter => parameter.Name, StringComparer.Ordinal)],
            Inputs = [.. properties.Where(one => one.Bound.Any(bound => Pipeline(bound) != "False")).Select(one => TypeName.FullOf(one.Property.PropertyType)).Distinct().Order(StringComparer.Ordinal).DefaultIfEmpty("None")],
            Outputs = [.. WrittenAttribute.On<OutputTypeAttribute>(type).SelectMany(output => output.Arguments.SelectMany(Flat)).Select(output => output is Type known ? TypeName.FullOf(known) : (string)output!).Distinct().DefaultIfEmpty("None")],
            Summary = docs.Of(type, "summary"),
            Remarks = docs.Of(type, "remarks"),
        };
    }

    private static IEnumerable<object?> Flat(object? argument) => argument is object?[] list ? list : [argument];

    private static string SetOf(WrittenAttribute parameter) => parameter.Named<string>(nameof(ParameterAttribute.ParameterSetName)) ?? ParameterAttribute.AllParameterSets;

    private static ParameterFacts Read(PropertyInfo property, WrittenAttribute[] bound, object instance, string[] sets, XmlDocs docs)
    {
        var bindings = bound
            .Select(one => (Set: SetOf(one), Required: one.Named<bool>(nameof(ParameterAttribute.Mandatory)),
                Position: one.Has(nameof(ParameterAttribute.Position)) ? one.Named<int>(nameof(ParameterAttribute.Position)) : default(int?), Pipeline: Pipeline(one)))
            .GroupBy(one => (one.Required, one.Position, one.Pipeline))
            .Select(group => new ParameterBinding(
                group.Any(one => one.Set == ParameterAttribute.AllParameterSets) || sets.All(set => group.Any(one => one.Set == set)) ? [] : [.. group.Select(one => one.Set).Order(StringComparer.Ordinal)],
                group.Key.Required, group.Key.Position, group.Key.Pipeline))
            .OrderBy(binding => binding.Sets.Count == 0 ? "" : binding.Sets[0], StringComparer.Ordinal).ToArray();
        object?[]? range = WrittenAttribute.On<ValidateRangeAttribute>(property).FirstOrDefault() is { Arguments: { Count: 2 } ends } ? [.. ends] : null;
        var bare = TypeName.Bare(property.PropertyType);
        var element = bare.IsArray ? bare.GetElementType()! : bare;
        return new ParameterFacts
        {
            Name = property.Name,
            Type = TypeName.Of(property.PropertyType),
            Aliases = [.. WrittenAttribute.On<AliasAttribute>(property).SelectMany(alias => alias.Arguments.SelectMany(Flat)).Cast<string>()],
            AcceptedValues = element.IsEnum ? Enum.GetNames(element) : [.. WrittenAttribute.On<ValidateSetAttribute>(property).SelectMany(set => set.Arguments.SelectMany(Flat)).OfType<string>()],
            Default = bindings.All(binding => binding.Required) ? "None" : Default(property, instance, range),
            Wildcards = property.IsDefined(typeof(SupportsWildcardsAttribute), true),
            Bindings = bindings,
            Range = range is null ? null : (Text(range[0]), Text(range[1])),
            Summary = docs.Of(property),
            IsShared = property.DeclaringType!.IsAbstract,
        };
    }

    private static string Default(PropertyInfo property, object instance, object?[]? range)
    {
        foreach (var said in WrittenAttribute.On<PSDefaultValueAttribute>(property))
            return said.Named<string>(nameof(PSDefaultValueAttribute.Help)) ?? Text(said.Named<object>(nameof(PSDefaultValueAttribute.Value)));
        var value = property.GetValue(instance);
        // A number that nobody could give stands for not given.
        return value is IComparable number && range?[0]?.GetType() == value.GetType() && (number.CompareTo(range[0]) < 0 || number.CompareTo(range[1]) > 0) ? "None" : Text(value);
    }

    private static string Pipeline(WrittenAttribute parameter) =>
        (parameter.Named<bool>(nameof(ParameterAttribute.ValueFromPipelineByPropertyName)), parameter.Named<bool>(nameof(ParameterAttribute.ValueFromPipeline))) switch
        {
            (true, true) => "True (ByPropertyName, ByValue)",
            (true, false) => "True (ByPropertyName)",
            (false, true) => "True (ByValue)",
            _ => "False",
        };

    private static string Text(object? value) => value switch
    {
        null or "" or ICollection { Count: 0 } => "None",
        SwitchParameter => "False",
        TimeSpan time => Text(time),
        string text => text,
        IEnumerable list => string.Join(", ", list.Cast<object?>().Select(Text)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>A duration as it is typed: <c>1m30s</c>, <c>500ms</c>.</summary>
    private static string Text(TimeSpan time)
    {
        if (time == TimeSpan.Zero) return "0s";
        var parts = new[] { ((int)time.TotalHours, "h"), (time.Minutes, "m"), (time.Seconds, "s"), (time.Milliseconds, "ms") };
        return string.Concat(parts.Where(part => part.Item1 != 0).Select(part => part.Item1.ToString(CultureInfo.InvariantCulture) + part.Item2));
    }

    private static ParameterFacts Switch(string name, string alias, string summary) => new()
    {
        Name = name, Type = "SwitchParameter", Aliases = [alias], AcceptedValues = [], Default = "False", Wildcards = false,
        Bindings = [new ParameterBinding([], false, null, "False")], Summary = summary,
    };
}
