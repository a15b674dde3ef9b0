using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Says which command makes what a parameter takes. PowerShell's own message names only the type.</summary>
/// <param name="type">What the parameter takes.</param>
/// <param name="noun">The same in words, with its article.</param>
/// <param name="command">The command that makes it.</param>
public sealed class MadeByAttribute(Type type, string noun, string command) : ArgumentTransformationAttribute
{
    /// <summary>What the parameter takes.</summary>
    public Type Type { get; } = type;

    /// <summary>The same in words.</summary>
    public string Noun { get; } = noun;

    /// <summary>The command that makes it.</summary>
    public string Command { get; } = command;

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var given = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        // Null is answered by the parameter's own validation, in PowerShell's words.
        if (given is null || Type.IsInstanceOfType(given)) return given;
        // What Import-Clixml, a job or ConvertFrom-Json has left of one.
        return given is PSCustomObject && LanguagePrimitives.TryConvertTo(inputData, Type, out var revived) ? revived
            : throw new ArgumentTransformationMetadataException($"'{Printable.Text(given.ToString(), 60)}' is not {Noun}. Give what {Command} returns.");
    }
}
