using System.Collections.ObjectModel;
using System.Reflection;

namespace ConsulKvTools.HelpBuild.Cmdlets;

/// <summary>
/// An attribute as it stands in the code. PowerShell's reference library has its attributes' types but not what they do, so that nothing could be
/// asked of an instance.
/// </summary>
/// <param name="data">What the compiler kept.</param>
internal sealed class WrittenAttribute(CustomAttributeData data)
{
    /// <summary>What was given by position.</summary>
    public IReadOnlyList<object?> Arguments => [.. data.ConstructorArguments.Select(argument => Plain(argument))];

    /// <summary>All attributes of a kind on a member.</summary>
    public static IEnumerable<WrittenAttribute> On<T>(MemberInfo member) where T : Attribute =>
        member.GetCustomAttributesData().Where(data => data.AttributeType == typeof(T)).Select(data => new WrittenAttribute(data));

    /// <summary>What was given by name; the type's default when it was not.</summary>
    public T? Named<T>(string name)
    {
        foreach (var argument in data.NamedArguments)
            if (argument.MemberName == name) return (T?)Plain(argument.TypedValue);
        return default;
    }

    /// <summary>Whether it was given by name.</summary>
    public bool Has(string name) => data.NamedArguments.Any(argument => argument.MemberName == name);

    /// <summary>Lists, such as those of <c>params</c>, as lists of their values.</summary>
    private static object? Plain(CustomAttributeTypedArgument argument) =>
        argument.Value is ReadOnlyCollection<CustomAttributeTypedArgument> list ? list.Select(item => item.Value).ToArray() : argument.Value;
}
