using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Errors of one kind: which commands give them, whether the command goes on, and what their target is. For docs/errors.md.</summary>
/// <param name="ids">Areas of codes, the part before the dot; of PowerShell's own errors the whole id.</param>
/// <param name="commands">The commands that give them; empty when none does.</param>
/// <param name="ends">Whether the command ends or goes on with the next input.</param>
/// <param name="target">What <c>TargetObject</c> is.</param>
internal sealed class ErrorFamily(string[] ids, string[] commands, string ends, string target)
{
    private const string PerInput = "goes on with the next input";
    private const string AtOnce = "ends the command";
    private const string Key = "the key";

    private static readonly string[] Reading = ["Get-ConsulKv", "Get-ConsulKvConsistent"];
    private static readonly string[] Writing = ["Set-ConsulKv", "Remove-ConsulKv"];
    private static readonly string[] Locking = ["Lock-ConsulKv", "Invoke-ConsulKvLock"];
    private static readonly string[] Asking = [.. Reading, .. Writing, "Test-ConsulAcl", "Watch-ConsulKv", .. Locking];

    /// <summary>Areas of codes.</summary>
    public string[] Ids { get; } = ids;

    /// <summary>The commands that give them.</summary>
    public string[] Commands { get; } = commands;

    /// <summary>Whether the command ends.</summary>
    public string Ends { get; } = ends;

    /// <summary>What <c>TargetObject</c> is.</summary>
    public string Target { get; } = target;

    /// <summary>Every area of the catalogue, in the order of the layers.</summary>
    public static IReadOnlyList<ErrorFamily> OfFindings { get; } =
    [
        new(["Config"], ["New-ConsulKvSession", .. Asking], AtOnce, "the session, or the address it was to be made of"),
        new(["Host", "Dns", "Tcp", "Proxy"], Asking, PerInput, Key),
        new(["Tls"], ["New-ConsulKvSession", .. Asking], $"{PerInput}; files that cannot be used: {AtOnce}", "the key; of files the session or its address"),
        new(["Http", "Port", "Agent", "Limit", "Cluster", "Rpc", "Storage", "Wan", "Acl", "Key"], Asking, PerInput, Key),
        new(["Request"], ["every command"], $"what is wrong for all inputs: {AtOnce}; with one input: {PerInput}", "the value that was given"),
        new(["Cas", "Txn", "Outcome"], Writing, PerInput + ", after the result", Key),
        new(["Lock", "Session"], [.. Writing, .. Locking, "Unlock-ConsulKv"], $"{PerInput}, after the result; Invoke-ConsulKvLock: {AtOnce}", Key),
        new(["Release"], ["Publish-ConsulKvRelease", "Switch-ConsulKvRelease", "Get-ConsulKvRelease", "Remove-ConsulKvRelease", "Get-ConsulKv"], PerInput + ", after the result where there is one", "the release, or the configuration"),
        new(["Drill"], ["Invoke-ConsulFaultDrill"], AtOnce, "the session, or null"),
        new(["Document"], ["Export-ConsulKv", "Import-ConsulKv"], "Import-ConsulKv: " + AtOnce + "; Export-ConsulKv: " + PerInput, "the document's name or path"),
        new(["Report"], ["Export-ConsulDiagnosis", "Compare-ConsulDiagnosis", "Export-ConsulKvMetric"], $"{PerInput}; -Reference: {AtOnce}", "the path, or what was given for a diagnosis"),
        new(["Capacity"], ["Measure-ConsulKv"], PerInput, "the prefix"),
        new(["Log"], ["Search-ConsulLog"], PerInput, "the path, unit or session"),
        new(["Hygiene"], [], "no errors: results of Test-ConsulKvSession have them as findings", ""),
        new(["Expect"], [], "no errors: results of Test-ConsulEnvironment have them as findings", ""),
        new(["Error", "Probe"], [], "no errors: Resolve-ConsulError and diagnoses report them as findings", ""),
    ];

    /// <summary>What PowerShell says itself when it binds parameters; the command then does not begin, or leaves out this input.</summary>
    public static IReadOnlyList<(string Id, ErrorCategory Category, string When)> OfBinding { get; } =
    [
        ("ParameterArgumentTransformationError", ErrorCategory.InvalidData, "A value is not what the parameter takes: duration, index, number, session, secret, retry policy. The message names the value and what would be right."),
        ("ParameterArgumentValidationError", ErrorCategory.InvalidData, "A value is out of range, or null or empty where something has to be given."),
        ("ParameterArgumentValidationErrorNullNotAllowed", ErrorCategory.InvalidData, "Null, or a list with a null in it, for a parameter that has to be given."),
        ("ParameterArgumentValidationErrorEmptyArrayNotAllowed", ErrorCategory.InvalidData, "An empty list for a parameter that has to be given."),
        ("ParameterArgumentValidationErrorEmptyStringNotAllowed", ErrorCategory.InvalidData, "An empty text for a parameter that has to be given."),
        ("CannotConvertArgumentNoMessage", ErrorCategory.InvalidArgument, "A word that is none of those the parameter knows (the message lists them), or a value of another type."),
        ("CannotConvertArgument", ErrorCategory.InvalidArgument, "A value that cannot be made the parameter's type, such as a switch that is neither true nor false."),
        ("MissingMandatoryParameter", ErrorCategory.InvalidArgument, "A parameter that has to be given is not, in a shell that cannot ask for it."),
        ("MissingArgument", ErrorCategory.InvalidArgument, "A parameter stands without its value."),
        ("NamedParameterNotFound", ErrorCategory.InvalidArgument, "The command has no parameter of that name."),
        ("PositionalParameterNotFound", ErrorCategory.InvalidArgument, "A value stands where no parameter takes one."),
        ("ParameterAlreadyBound", ErrorCategory.InvalidArgument, "A parameter is given twice."),
        ("AmbiguousParameterSet", ErrorCategory.InvalidArgument, "Parameters exclude each other, such as `-CreateOnly` and `-CheckAndSet`."),
    ];
}
