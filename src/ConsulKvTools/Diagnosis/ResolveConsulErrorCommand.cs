using System.Collections;
using System.Management.Automation;
using ConsulKvTools.Diagnosis.Errors;

namespace ConsulKvTools.Commands;

/// <summary>Says what an error means: a text of any client, a log, an ErrorRecord or an exception.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "ConsulError", DefaultParameterSetName = "Input", HelpUri = HelpPages.Folder + "Resolve-ConsulError.md")]
[OutputType(typeof(ConsulFinding))]
public sealed class ResolveConsulErrorCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private ErrorStream? lines;
    private bool isPiped;

    // Not an array: PowerShell would wrap each of a million lines into one of its own.
    /// <summary>Texts of one line or several, ErrorRecords, exceptions, or the files of a log; one of them or a list.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Input")]
    [AllowEmptyString]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(ErrorCompleter))]
    public object? InputObject { get; set; }

    /// <summary>Logs to read; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Logs to read, their paths taken as they stand.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath")]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Codes that stand in a log, a ticket or an error's id, such as <c>Acl.PermissionDenied</c>, in any letter case. Get-ConsulFinding tells more of each.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Code")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FindingCodeCompleter))]
    public string[] Code { get; set; } = [];

    /// <inheritdoc/>
    protected override void BeginProcessing() => isPiped = MyInvocation.ExpectingInput;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == "Input")
        {
            // Given by hand, every text is answered; from the pipeline only what is recognised, and the rest is counted.
            var bare = InputObject is PSObject wrapped ? wrapped.BaseObject : InputObject;
            if (bare is string line && isPiped) (lines ??= new ErrorStream(WriteObject)).Add(line);
            else if (bare is IList list)
                foreach (var input in list) Resolve(input);
            else Resolve(InputObject);
            return;
        }
        if (ParameterSetName == "Code")
        {
            foreach (var code in Code) WriteFinding(code);
            return;
        }
        foreach (var path in ParameterSetName == "Path" ? Path.SelectMany(Expand) : LiteralPath.Select(path => FilePaths.Resolve(this, path, "-LiteralPath")!)) ReadFile(path);
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => lines?.End();

    /// <inheritdoc/>
    protected override void StopProcessing() => stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => stop.Dispose();

    private void WriteFinding(string code)
    {
        // An error's id is the code and the command.
        if (FindingCatalogue.Find(code.Split(',')[0]) is { } known) WriteObject(ConsulFinding.Create(known.Code));
        else WriteError(FindingErrors.Invalid(this, "-Code", $"there is no finding {Printable.Text(code, 80)}; -Code completes with Tab, and Get-ConsulFinding lists all", code, ErrorCategory.ObjectNotFound));
    }

    private void Resolve(object? input)
    {
        // What a job or a file gives is first made again what it was.
        input = Revival.OfNamed(input);
        switch (input is PSObject wrapped ? wrapped.BaseObject : input)
        {
            case null:
                return;
            case string text when isPiped:
                (lines ??= new ErrorStream(WriteObject)).Add(text);
                return;
            case FileSystemInfo file:
                ReadFile(file.FullName);
                return;
            case ConsulFinding known:
                Write([known]);
                return;
            case ErrorRecord record:
                Write(ErrorRecords.Resolve(record));
                return;
            case Exception failure:
                Write(ErrorRecords.Resolve(failure));
                return;
            case ConsulKvWriteResult { Finding: { } finding }:
                Write([finding]);
                return;
            case PSCustomObject when LanguagePrimitives.TryConvertTo(input, out ConsulFinding read):
                Write([read]);
                return;
            case PSCustomObject when LanguagePrimitives.TryConvertTo(input, out ConsulKvWriteResult read) && read.Finding is { } finding:
                Write([finding]);
                return;
            default:
                // Events of the Windows log and the like say it in a property.
                var message = input is PSObject { BaseObject: not string } other && other.Properties["Message"]?.Value is string said ? said : LanguagePrimitives.ConvertTo<string>(input);
                Write(ErrorText.Resolve(message));
                return;
        }
    }

    private void Write(IEnumerable<ConsulFinding> findings)
    {
        foreach (var finding in findings)
            if (lines is null) WriteObject(finding);
            else lines.Pass(finding);
    }

    private void ReadFile(string path)
    {
        if (Directory.Exists(path))
        {
            WriteError(Refused($"{Printable.Text(path, 200)} is a folder; give the files in it, for example {Printable.Text(System.IO.Path.Combine(path, "*.log"), 200)}", path, ErrorCategory.InvalidArgument));
            return;
        }
        var errors = new ErrorStream(WriteObject);
        try
        {
            ErrorFile.Read(path, errors, stop.Token);
            errors.End();
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            var category = failure is FileNotFoundException or DirectoryNotFoundException ? ErrorCategory.ObjectNotFound : ErrorCategory.ReadError;
            WriteError(Refused($"the file {Printable.Text(path, 200)} cannot be read: {Printable.Text(failure.Message, 200).TrimEnd('.')}", path, category));
        }
    }

    /// <summary>The error of a file that was given, by whichever parameter.</summary>
    private ErrorRecord Refused(string problem, string path, ErrorCategory category) =>
        FindingErrors.Invalid(this, "-" + (ParameterSetName == "Input" ? nameof(InputObject) : ParameterSetName), problem, path, category);

    private IReadOnlyList<string> Expand(string path)
    {
        IReadOnlyList<string> found;
        try
        {
            found = GetResolvedProviderPathFromPSPath(path, out var provider);
            if (provider.Name != "FileSystem") found = [FilePaths.Resolve(this, path, "-Path")!];
        }
        catch (ItemNotFoundException)
        {
            WriteError(FindingErrors.Invalid(this, "-Path", $"there is no file {Printable.Text(path, 200)}", path, ErrorCategory.ObjectNotFound));
            return [];
        }
        // Folders that a wildcard meets beside files are not meant; where there is nothing else, they are answered as such.
        string[] files = [.. found.Where(file => !Directory.Exists(file))];
        return files.Length > 0 ? files : found;
    }
}
