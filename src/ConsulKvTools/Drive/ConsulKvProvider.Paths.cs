using System.Management.Automation;
using ConsulKvTools.Kv.Folders;

namespace ConsulKvTools.Commands;

public sealed partial class ConsulKvProvider
{
    /// <summary>Test-Path asks in its own name.</summary>
    protected override object ItemExistsDynamicParameters(string path) => new ExistenceParameters();

    /// <summary>True for anything that may be there: what may not be seen, or cannot be named, is said by what is done to it.</summary>
    protected override bool ItemExists(string path)
    {
        try
        {
            var place = PlaceOf(path);
            if (place.IsRoot) return true;
            var presence = Look(place);
            if (presence.IsKey || presence.IsFolder) return true;
            if (presence.Denial is not { } denial) return false;
            if (DynamicParameters is not ExistenceParameters) return true;
            Write(ConsulException.From(denial), place, path, AclOperation.Read);
            return false;
        }
        catch (ConsulException failed) when (failed is ConsulKeyException or ConsulRequestException)
        {
            if (DynamicParameters is not ExistenceParameters) return true;
            Write(failed, null, path, AclOperation.Read);
            return false;
        }
        catch (ConsulException failed)
        {
            Stop(failed, path);
            return false;
        }
    }

    /// <summary>True when keys begin with it, whether or not there is a key of that name too.</summary>
    protected override bool IsItemContainer(string path)
    {
        try
        {
            var place = PlaceOf(path);
            return place.IsRoot || Look(place.AsFolder).IsFolder;
        }
        catch (ConsulException failed) when (failed is ConsulKeyException or ConsulRequestException)
        {
            return false;
        }
        catch (ConsulException failed)
        {
            Stop(failed, path);
            return false;
        }
    }

    /// <summary>Every path may be one: what cannot be a key is refused with its reason where it is used.</summary>
    protected override bool IsValidPath(string path) => true;

    /// <inheritdoc/>
    protected override string MakePath(string? parent, string? child)
    {
        // PowerShell would take one of two separators for nothing and go on with another key.
        if (DrivePath.ProblemOf(child ?? "") is { } problem) ThrowTerminatingError(FindingErrors.Create(problem, child));
        return DrivePath.Join(parent ?? "", child ?? "");
    }

    /// <inheritdoc/>
    protected override string GetParentPath(string path, string? root) => DrivePath.ParentOf(path, root ?? PSDriveInfo?.Root);

    /// <inheritdoc/>
    protected override string GetChildName(string path) => DrivePath.NameOf(path);

    private KvPresence Look(DrivePlace place) => Ask(cancellation => KvPresence.OfAsync(place.Session, place.Key, cancellation));

    /// <summary>Without an answer nothing further can be done by the command.</summary>
    private void Stop(ConsulException failed, string path) => ThrowTerminatingError(FindingErrors.Create(failed.Finding, path, failed));
}
