using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace ConsulKvTools.Commands;

/// <summary>Builds an object from its picture, member by member: only data, only our own types, nothing that runs.</summary>
internal static class Revival
{
    // By name: on .NET Framework every assembly has one of its own.
    private const string RequiredMember = "System.Runtime.CompilerServices.RequiredMemberAttribute";

    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary>The object.</summary>
    /// <exception cref="InvalidCastException">It is no picture of one: something is missing, or is none of its type's.</exception>
    public static object Of(PSObject picture, Type type)
    {
        if (ProblemOf(picture, type) is { } problem) throw new InvalidCastException($"The object is no {type.Name}: {problem}.");
        var constructor = ConstructorOf(type);
        var parameters = constructor.GetParameters();
        var revived = constructor.Invoke([.. parameters.Select(parameter => Value(picture.Properties[parameter.Name!]?.Value, parameter.ParameterType))]);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            if (property.CanWrite && !Array.Exists(parameters, parameter => parameter.Name == property.Name) && picture.Properties[property.Name] is { Value: { } value })
                property.SetValue(revived, Value(value, property.PropertyType));
        return revived;
    }

    /// <summary>Why it is no picture of such an object; null when it is one.</summary>
    private static string? ProblemOf(PSObject picture, Type type)
    {
        var needed = type.GetProperties().Where(property => property.CustomAttributes.Any(attribute => attribute.AttributeType.FullName == RequiredMember)).Select(property => property.Name)
            .Concat(ConstructorOf(type).GetParameters().Select(parameter => parameter.Name!)).ToArray();
        var missing = needed.Where(name => picture.Properties[name] is null).ToArray();
        if (missing.Length > 0) return $"it has no {string.Join(", ", missing)}";
        // One that needs nothing is told by its type's name, else by having nothing that the type has not.
        var strange = needed.Length > 0 || picture.TypeNames.Contains("Deserialized." + type.FullName) ? null : picture.Properties.FirstOrDefault(member => type.GetProperty(member.Name) is null);
        return strange is null ? null : $"such an object has no {strange.Name}";
    }

    /// <summary>The object, or the word of an enumeration, of a picture that says by its type's name what it is of; the input itself when it does not, or cannot be made.</summary>
    public static object? OfNamed(object? input)
    {
        if (input is not PSObject picture) return input;
        if (picture.BaseObject is IConvertible number && OwnEnum(picture.TypeNames[0]) is { } words) return Enum.ToObject(words, number);
        return picture.TypeNames.Select(SerializedTypes.Of).FirstOrDefault(type => type is not null) is { } type && LanguagePrimitives.TryConvertTo(picture, type, Plain, out var revived) ? revived : input;
    }

    private static ConstructorInfo ConstructorOf(Type type) => type.GetConstructors().OrderBy(constructor => constructor.GetParameters().Length).First();

    private static object? Value(object? given, Type type)
    {
        if (given is null) return null;
        var wanted = Nullable.GetUnderlyingType(type) ?? type;
        var bare = Bare(given);
        if (wanted.IsInstanceOfType(bare) && bare is not IDictionary) return bare;
        if (wanted == typeof(IDictionary)) return Table(given);
        if (wanted == typeof(DateTimeOffset) && MomentOf(given) is { } moment) return moment;
        if (wanted == typeof(TimeSpan) && DurationOf(given) is { } duration) return duration;
        if (ElementOf(wanted) is { } element)
        {
            var values = bare is IEnumerable several and not string ? several.Cast<object?>().ToArray() : [given];
            var list = Array.CreateInstance(element, values.Length);
            for (var index = 0; index < values.Length; index++) list.SetValue(Value(values[index], element), index);
            return list;
        }
        return SerializedTypes.Contains(wanted) && given is PSObject { BaseObject: PSCustomObject } picture ? Of(picture, wanted) : LanguagePrimitives.ConvertTo(given, wanted, Plain);
    }

    /// <summary>Evidence or facts, in their order where the picture kept it; names are found in any letter case.</summary>
    private static IDictionary Table(object given)
    {
        var table = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        if (Bare(given) is IDictionary rows)
            foreach (DictionaryEntry row in rows) table[Convert.ToString(row.Key, Plain)!] = Loose(row.Value);
        else
            foreach (var property in PSObject.AsPSObject(given).Properties) table[property.Name] = Loose(property.Value);
        return table.AsReadOnly();
    }

    /// <summary>A value of which nobody says what type it had.</summary>
    private static object? Loose(object? given)
    {
        if (given is not PSObject picture) return given is object[] plain ? List(plain) : given;
        if (MomentOf(picture) is { } moment) return moment;
        if (DurationOf(picture) is { } duration) return duration;
        return picture.BaseObject switch
        {
            IDictionary => Table(picture),
            IList list and not byte[] => List([.. list.Cast<object?>()]),
            // A number with a name: of ours the type is known, of others only the name says something.
            IConvertible when picture.TypeNames.Contains("Deserialized.System.Enum") => OfNamed(picture) is Enum word ? word : picture.ToString(),
            PSCustomObject when picture.TypeNames.Any(name => name.StartsWith("Deserialized.", StringComparison.Ordinal)) => picture.ToString(),
            PSCustomObject => Table(picture),
            var bare => bare,
        };
    }

    private static Type? OwnEnum(string typeName) =>
        typeName.StartsWith("Deserialized.ConsulKvTools.", StringComparison.Ordinal) && typeof(ConsulKvEntry).Assembly.GetType(typeName.Substring("Deserialized.".Length)) is { IsEnum: true } type ? type : null;

    private static object List(object?[] values)
    {
        var loose = Array.ConvertAll(values, Loose);
        return Array.TrueForAll(loose, value => value is string) ? Array.ConvertAll(loose, value => (string)value!) : loose;
    }

    /// <summary>The moment that this is or pictures; null when it is none.</summary>
    public static DateTimeOffset? MomentOf(object given) => Bare(given) switch
    {
        DateTimeOffset moment => moment,
        PSCustomObject when ((PSObject)given).Properties is var members && members["Offset"]?.Value is { } offset && DurationOf(offset) is { } zone && members["UtcDateTime"]?.Value is { } utc =>
            new DateTimeOffset(DateTime.SpecifyKind((DateTime)LanguagePrimitives.ConvertTo(utc, typeof(DateTime), Plain), DateTimeKind.Utc)).ToOffset(zone),
        _ => null,
    };

    private static TimeSpan? DurationOf(object given) => Bare(given) switch
    {
        TimeSpan duration => duration,
        // What ConvertTo-Json makes of one.
        PSCustomObject when ((PSObject)given).Properties is var members && members["TotalMilliseconds"] is not null && members["Ticks"]?.Value is { } ticks =>
            TimeSpan.FromTicks((long)LanguagePrimitives.ConvertTo(ticks, typeof(long), Plain)),
        _ => null,
    };

    private static Type? ElementOf(Type type) =>
        type.IsArray ? type.GetElementType()
        : type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(IReadOnlyList<>) || open == typeof(IReadOnlyCollection<>) || open == typeof(IEnumerable<>)) ? type.GetGenericArguments()[0]
        : null;

    private static object Bare(object given) => given is PSObject wrapped ? wrapped.BaseObject : given;
}
