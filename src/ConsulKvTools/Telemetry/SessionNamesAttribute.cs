using System.Collections;
using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Lets a parameter that takes names of sessions take the sessions themselves, whether they are still there or not.</summary>
public sealed class SessionNamesAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is IList several ? several.Cast<object?>().Select(NameOf).ToArray() : NameOf(inputData);

    private static object? NameOf(object? given) => given switch
    {
        PSObject { BaseObject: ConsulKvSession session } => WildcardPattern.Escape(session.Name),
        ConsulKvSession session => WildcardPattern.Escape(session.Name),
        _ when SavedSession.IsPicture(given) => WildcardPattern.Escape(((PSObject)given!).Properties["Name"]?.Value?.ToString() ?? ""),
        _ => given,
    };
}
