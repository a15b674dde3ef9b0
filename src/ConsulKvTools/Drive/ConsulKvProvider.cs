using System.Management.Automation;
using System.Management.Automation.Provider;

namespace ConsulKvTools.Commands;

/// <summary>
/// Consul's keys as a drive: <c>New-PSDrive -PSProvider ConsulKv -Name kv -Root app/</c>. Folders are listed level by level while the answer still
/// comes in, keys are read and written as by the module's commands, with the same errors.
/// </summary>
[CmdletProvider("ConsulKv", ProviderCapabilities.Filter | ProviderCapabilities.ShouldProcess)]
public sealed partial class ConsulKvProvider : NavigationCmdletProvider, IContentCmdletProvider
{
    private readonly CancellationTokenSource stop = new();

    /// <summary>What New-PSDrive takes besides: <c>-Session</c>.</summary>
    protected override object NewDriveDynamicParameters() => new DriveParameters();

    /// <summary>Makes a drive. Nothing is sent yet.</summary>
    protected override PSDriveInfo? NewDrive(PSDriveInfo drive)
    {
        var folder = (drive.Root ?? "").Replace('\\', '/').Trim('/');
        if (folder.Length > 0) folder += "/";
        if (Kv.KvKey.Check(folder, isPrefix: true) is { } problem)
        {
            WriteError(FindingErrors.Create(problem, drive.Root));
            return null;
        }
        try
        {
            var session = (DynamicParameters as DriveParameters)?.Session ?? RunspaceSessions.Current.Default ?? RunspaceSessions.Current.OfEnvironment(null);
            RequireUsable(session);
            var description = string.IsNullOrEmpty(drive.Description) ? session.ToString() : drive.Description;
            var made = new ConsulKvDriveInfo(drive.Name, drive.Provider, description, folder, session);
            DriveTable.Current.Add(made);
            return made;
        }
        catch (ConsulException invalid)
        {
            WriteError(FindingErrors.Create(invalid.Finding, drive.Name, invalid));
            return null;
        }
    }

    /// <summary>Takes a drive away. Its session stays as it is: the drive did not make it.</summary>
    protected override PSDriveInfo RemoveDrive(PSDriveInfo drive)
    {
        if (drive is ConsulKvDriveInfo ours) DriveTable.Current.Remove(ours);
        return drive;
    }

    /// <summary>Ctrl+C.</summary>
    protected override void StopProcessing() => stop.Cancel();

    internal static void RequireUsable(ConsulKvSession session)
    {
        if (session.IsDisposed)
            throw ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", "-Session"), ("problem", $"the session {Printable.Text(session.Name)} was removed; make a new one with New-ConsulKvSession, and a new drive of it")));
        if (session.ConfigurationFindings.FirstOrDefault(finding => finding.Severity == FindingSeverity.Error) is { } fault) throw ConsulException.From(fault);
    }

    /// <summary>Asks a question and waits for its answer, or for Ctrl+C.</summary>
    internal T Ask<T>(Func<CancellationToken, Task<T>> question)
    {
        var task = Task.Run(() => question(stop.Token));
        try
        {
            // Not Task.Wait: it spins first, and an answer from the network takes longer than any spin.
            var ended = new ManualResetEventSlim(task.IsCompleted, spinCount: 0);
            task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(ended.Set);
            ended.Wait(stop.Token);
            return task.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nobody waits for it any more, so nobody else would look at how it ended.
            task.ContinueWith(left => _ = left.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Goes through what comes in, on the pipeline thread. Whoever leaves early, as Select-Object -First does, ends the request too.</summary>
    private void Each<T>(IAsyncEnumerable<T> source, Action<T> take)
    {
        var pieces = source.GetAsyncEnumerator(stop.Token);
        try
        {
            while (Ask(_ => pieces.MoveNextAsync().AsTask())) take(pieces.Current);
        }
        finally
        {
            // A step that was given up with Ctrl+C still runs out; only then may the enumerator be disposed, and nobody waits for that.
            if (stop.IsCancellationRequested) _ = Task.Run(() => DisposeLater(pieces));
            else Ask(async _ =>
            {
                await pieces.DisposeAsync().ConfigureAwait(false);
                return true;
            });
        }
    }

    private static async Task DisposeLater<T>(IAsyncEnumerator<T> pieces)
    {
        while (true)
        {
            try
            {
                await pieces.DisposeAsync().ConfigureAwait(false);
                return;
            }
            catch (NotSupportedException)
            {
                // Its last step is not through yet.
                await Task.Delay(10).ConfigureAwait(false);
            }
        }
    }

    private DrivePlace PlaceOf(string path)
    {
        var place = DrivePath.Parse(path, name => PSDriveInfo is ConsulKvDriveInfo given && string.Equals(given.Name, name, StringComparison.OrdinalIgnoreCase) ? given : DriveTable.Current.Find(name));
        RequireUsable(place.Session);
        return place;
    }

    /// <summary>Does something to one path. What goes wrong is that path's error, and others go on.</summary>
    private void For(string path, AclOperation operation, Action<DrivePlace> act)
    {
        DrivePlace? place = null;
        try
        {
            act(place = PlaceOf(path));
        }
        catch (ConsulException failed)
        {
            Write(failed, place, path, operation);
        }
        finally
        {
            SettleLog(place?.Session);
        }
    }

    private void Write(ConsulException failed, DrivePlace? place, string path, AclOperation operation)
    {
        if (place is not null && failed.Operation is null) failed.Operation = new FailedOperation(place.Session, place.Key, operation, null);
        WriteError(FindingErrors.Create(failed.Finding, place?.Key ?? path, failed));
    }

    /// <summary>A request that does not fit what is there; nothing was sent.</summary>
    private void Refuse(string problem, object? target, string remedy, ErrorCategory category = ErrorCategory.InvalidOperation) =>
        WriteError(FindingErrors.Create(DrivePath.Invalid(problem), target, null, FindingErrors.Sentence(problem.Substring(0, 1).ToUpperInvariant() + problem.Substring(1)), remedy, category));

    /// <summary>Writes the error of a write that was not done. True when it was.</summary>
    internal bool Settle(ConsulKvWriteResult result, ConsulKvSession session, AclOperation operation)
    {
        foreach (var note in result.Notes)
            if (note.Severity == FindingSeverity.Warning) WriteWarning(FindingErrors.Warning(note));
        if (FindingErrors.Of(result, result.Key) is not { } error) return true;
        if (error.Exception is ConsulException failed) failed.Operation = new FailedOperation(session, result.Key, operation, result.ValueSize);
        WriteError(error);
        return false;
    }

    private bool Write(ConsulKvWrite write, DrivePlace place, AclOperation operation) =>
        Settle(Ask(cancellation => new Kv.KvWriter(place.Session).WriteAsync(write, cancellation)), place.Session, operation);

    /// <summary>After each path its lines are in the write log; that some are lost is said once.</summary>
    internal void SettleLog(ConsulKvSession? session)
    {
        if (session?.LogPath is null) return;
        session.FlushLog();
        if (session.Telemetry.TakeProblem() is { } problem) WriteWarning(FindingErrors.Warning(problem));
    }

    private static string Shown(DrivePlace place) => Printable.Text(place.Key, 200);
}
