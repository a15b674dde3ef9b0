using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Reflection;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Folders;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Commands;

public sealed partial class ConsulKvProvider
{
    /// <summary>The key's entry; the folder where there is no such key, or where the path ends in a slash.</summary>
    protected override void GetItem(string path) => For(path, AclOperation.Read, place =>
    {
        var presence = Look(place.IsRoot ? place.AsFolder : place);
        if (presence.Key?.Entry is { } entry) WriteItemObject(entry, path, isContainer: false);
        else if (presence.IsFolder || place.IsRoot) WriteItemObject(ConsulKvItem.Of(place.Folder, place.Session.Name), path, isContainer: true);
        else throw ConsulException.From(presence.Denial ?? presence.Key?.Finding ?? Missing(place));
    });

    /// <summary>Writes a key's value, whatever is there.</summary>
    protected override void SetItem(string path, object value) => For(path, AclOperation.Write, place =>
    {
        if (BytesOf(value, place) is not { } bytes || !ShouldProcess(Shown(place), "Set Consul key")) return;
        if (Write(new ConsulKvWrite { Key = place.Key, Value = bytes, Flags = FlagsOf(place) }, place, AclOperation.Write)) WriteItemObject(value, path, isContainer: false);
    });

    /// <summary>Makes a key's value empty.</summary>
    protected override void ClearItem(string path) => For(path, AclOperation.Write, Clear);

    /// <summary>Makes a key that is not there yet, or an empty folder: a key with a slash at its end.</summary>
    protected override void NewItem(string path, string? itemTypeName, object? newItemValue) => For(path, AclOperation.Write, place =>
    {
        if (TypeOf(itemTypeName, place) is not { } isFolder || BytesOf(newItemValue ?? "", place) is not { } bytes) return;
        var target = isFolder ? place.AsFolder : place;
        if (!ShouldProcess(Shown(target), isFolder ? "Create Consul folder" : "Create Consul key")) return;
        var write = new ConsulKvWrite { Key = target.Key, Kind = Force ? ConsulKvWriteKind.Put : ConsulKvWriteKind.CreateOnly, Value = bytes };
        if (!Write(write, target, AclOperation.Write)) return;
        if (isFolder) WriteItemObject(ConsulKvItem.Of(target.Key, target.Session.Name), DrivePath.Of(target.Drive, target.Key, target.Parent), isContainer: true);
        else GetItem(path);
    });

    /// <summary>
    /// Removes a key; with -Recurse what is below it too. A path that ends in a slash means the folder alone. Asks before it removes a folder,
    /// with the number of keys, unless -Force is given or $ConfirmPreference is None.
    /// </summary>
    protected override void RemoveItem(string path, bool recurse) => For(path, AclOperation.Delete, place =>
    {
        if (place.IsRoot)
        {
            Refuse($"'{Shown(place)}' is the root of the drive {place.Drive.Name}:, which cannot remove itself", path,
                $"Remove what is in it: Remove-Item '{place.Drive.Name}:/*' -Recurse; or take the drive away, which removes no key: Remove-PSDrive {place.Drive.Name}.");
            return;
        }
        var presence = Look(place);
        if (!presence.IsKey && !presence.IsFolder) throw ConsulException.From(presence.Denial ?? presence.Key?.Finding ?? Missing(place));
        var answer = new ListingAnswer();
        var tree = presence.IsFolder && (recurse || !presence.IsKey) ? NamesIn(place, answer) : null;
        if (tree is not null && !recurse && tree.Any(key => key != place.Folder))
        {
            Refuse($"'{Shown(place.AsFolder)}' is a folder with {Amount.Of(tree.Count, "key")}", path, "Add -Recurse to remove what is in it.");
            return;
        }
        if (tree is null)
        {
            if (ShouldProcess(Shown(place), "Remove Consul key")) Write(new ConsulKvWrite { Key = place.Key, Kind = ConsulKvWriteKind.Delete }, place, AclOperation.Delete);
            return;
        }
        // Who may not see all of it is not told a number that is too small.
        var what = (answer.Hidden is null ? "" : "at least ") + $"{(presence.IsKey ? $"the key {Shown(place)} and " : "")}{Amount.Of(tree.Count, "key")} that begin{(tree.Count == 1 ? "s" : "")} with '{Shown(place.AsFolder)}'";
        if (!ShouldProcess(what, recurse ? "Remove Consul keys" : "Remove Consul folder")) return;
        if (recurse && !Force && !IsNeverAsked && !ShouldContinue($"Remove {what}?", "Remove Consul keys")) return;
        if (presence.IsKey && !Write(new ConsulKvWrite { Key = place.Key, Kind = ConsulKvWriteKind.Delete }, place, AclOperation.Delete)) return;
        Write(recurse ? new ConsulKvWrite { Key = place.Folder, Kind = ConsulKvWriteKind.DeleteTree } : new ConsulKvWrite { Key = place.Folder, Kind = ConsulKvWriteKind.Delete }, place, AclOperation.DeleteRecurse);
    });

    /// <summary>Copies a key, or with -Recurse a folder, also to another drive and so to another Consul. Values and flags go along, locks do not.</summary>
    protected override void CopyItem(string path, string copyPath, bool recurse) => For(path, AclOperation.Read, place => ForTarget(copyPath, target =>
    {
        var presence = Look(place.IsRoot ? place.AsFolder : place);
        if (!presence.IsKey && !presence.IsFolder) throw ConsulException.From(presence.Denial ?? presence.Key?.Finding ?? Missing(place));
        if (!presence.IsKey && !recurse)
        {
            Refuse($"'{Shown(place.AsFolder)}' is a folder", path, "Add -Recurse to copy what is in it.");
            return;
        }
        var end = Into(target, place);
        if (IsWithin(end, place, recurse && presence.IsFolder)) return;
        if (!ShouldProcess($"{Shown(place)} to {Where(end, place)}", "Copy Consul key" + (recurse && presence.IsFolder ? "s" : ""))) return;
        if (presence.Key?.Entry is { } entry)
        {
            // A path that ends in a slash and yet is not there is where the copy shall be.
            var write = new ConsulKvWrite { Key = end.Key.TrimEnd('/'), Value = entry.Bytes, Flags = entry.Flags };
            if (!Write(write, end, AclOperation.Write)) return;
        }
        if (!recurse || !presence.IsFolder) return;
        var answer = new ListingAnswer();
        Each(new KvTransfer(place.Session, end.Session).CopyAsync(place.Folder, end.Folder, answer.Take, stop.Token), result => Settle(result, end.Session, AclOperation.Write));
        if (answer.Hidden is { } hidden) throw ConsulException.From(hidden);
    }));

    /// <summary>Moves a key, or a folder with all that is in it; to another drive too. Few small keys go in one transaction.</summary>
    protected override void MoveItem(string path, string destination) => For(path, AclOperation.Write, place => ForTarget(destination, target => Move(path, place, Into(target, place), "Move")));

    /// <summary>Gives a key or folder another name where it is.</summary>
    protected override void RenameItem(string path, string newName) => For(path, AclOperation.Write, place =>
    {
        var name = newName.TrimEnd('/', '\\');
        if (name.Length == 0 || name.IndexOf('/') >= 0 || !DrivePath.Carries(name))
        {
            Refuse($"'{Printable.Text(newName, 120)}' is no name for a key in this folder", newName, "Give a name without slashes; Move-Item moves to another folder.", ErrorCategory.InvalidArgument);
            return;
        }
        var slash = place.IsFolder ? "/" : "";
        Move(path, place, place.At(place.Parent + name + slash), "Rename");
    });

    private void Move(string path, DrivePlace place, DrivePlace end, string verb)
    {
        if (place.IsRoot)
        {
            Refuse($"'{Shown(place)}' is the root of the drive {place.Drive.Name}:", path, $"Move what is in it: Move-Item '{place.Drive.Name}:/*'.");
            return;
        }
        var presence = Look(place);
        if (!presence.IsKey && !presence.IsFolder) throw ConsulException.From(presence.Denial ?? presence.Key?.Finding ?? Missing(place));
        var source = presence.IsKey ? place.Key : place.Folder;
        if (IsWithin(end, place, !presence.IsKey)) return;
        var goal = presence.IsKey ? end.Key.TrimEnd('/') : end.Folder;
        if (!Force && !presence.IsKey && end.Session == place.Session && Look(end.AsFolder).IsFolder)
        {
            Refuse($"there is a folder '{Printable.Text(goal, 200)}' already", path, "Choose another name, or add -Force to move into it and write over keys of the same name.", ErrorCategory.ResourceExists);
            return;
        }
        if (!ShouldProcess($"{Printable.Text(source, 200)} to {Where(end.At(goal), place)}", $"{verb} Consul key{(presence.IsKey ? "" : "s")}")) return;
        if (presence.Key?.Entry?.LockSession is { } holder) WriteWarning($"{Shown(place)} is locked by {holder}. The lock does not go along: {Printable.Text(goal, 200)} is not locked.");
        var result = Ask(cancellation => new KvTransfer(place.Session, end.Session).MoveAsync(source, goal, Force, (_, _) => { }, cancellation));
        foreach (var failure in result.Failures) Settle(failure, failure.Kind == ConsulKvWriteKind.DeleteCheckAndSet ? place.Session : end.Session, AclOperation.Write);
        if (result.Failures.Count > 0)
            WriteWarning(result.Copied == 0 && result.Moved == 0 ? $"Nothing was moved: {Printable.Text(source, 200)} is where it was."
                : $"{Amount.Of(result.Moved, "key")} {(result.Moved == 1 ? "was" : "were")} moved; {Amount.Of(result.Copied, "key")} {(result.Copied == 1 ? "stands" : "stand")} at both places now, below {Printable.Text(source, 200)} and {Printable.Text(goal, 200)}.");
        else if (!result.InOneStep)
            WriteVerbose($"{Amount.Of(result.Moved, "key")} did not fit into one transaction: all were copied, and then removed where nobody had changed them meanwhile.");
        if (presence.IsKey && presence.IsFolder) WriteWarning($"Only the key {Shown(place)} was moved. The folder of the same name stays: {Shown(place.AsFolder)} with a slash at its end names it.");
        if (result.Failures.Count == 0) WriteItemObject(ConsulKvItem.Of(goal, end.Session.Name), DrivePath.Of(end.Drive, goal, ""), !presence.IsKey);
    }

    private void ForTarget(string path, Action<DrivePlace> act) => act(PlaceOf(path));

    /// <summary>A folder that is there takes the copy under its own name; anything else is the name of the copy.</summary>
    private DrivePlace Into(DrivePlace target, DrivePlace source)
    {
        if (!target.IsRoot && !Look(target.AsFolder).IsFolder) return target;
        return target.At(target.Folder + source.Name + (source.IsFolder ? "/" : ""));
    }

    private bool IsWithin(DrivePlace end, DrivePlace place, bool isTree)
    {
        if (end.Session != place.Session) return false;
        var same = end.Folder == place.Folder;
        if (!same && !(isTree && end.Folder.StartsWith(place.Folder, StringComparison.Ordinal))) return false;
        Refuse(same ? $"'{Shown(place)}' would be written over itself" : $"'{Shown(end)}' lies within '{Shown(place.AsFolder)}'", place.Key, "Choose another destination.");
        return true;
    }

    private static string Where(DrivePlace end, DrivePlace from) => end.Session == from.Session ? Shown(end) : $"{Shown(end)} ({Printable.Text(end.Session.Name, 80)})";

    /// <summary>Every key that begins with the folder, its own included; all that the token may see.</summary>
    private List<string> NamesIn(DrivePlace place, ListingAnswer answer)
    {
        var names = new List<string>();
        Each(new KvReader(place.Session).NamePiecesAsync(place.Folder, null, ConsulConsistency.Default, answer.Take, stop.Token), names.AddRange);
        return names;
    }

    private bool? TypeOf(string? name, DrivePlace place)
    {
        if (string.IsNullOrEmpty(name)) return place.IsFolder;
        switch (name!.ToLowerInvariant())
        {
            case "directory" or "folder" or "container": return true;
            case "key" or "file" or "leaf" or "value": return place.IsFolder;
        }
        Refuse($"there are no items of the type '{Printable.Text(name, 60)}' in Consul's store", place.Key, "Give -ItemType Key or -ItemType Directory, or leave it out for a key.", ErrorCategory.InvalidArgument);
        return null;
    }

    private byte[]? BytesOf(object? value, DrivePlace place)
    {
        if (KvValue.TryConvert(value, out var bytes, out var problem)) return bytes;
        Refuse($"{problem} (key {Printable.Text(place.Key, 120)})", place.Key, "Give text, bytes, or a number, date or other scalar.", ErrorCategory.InvalidArgument);
        return null;
    }

    /// <summary>Consul would set them to 0: who writes a value through the drive does not mean that.</summary>
    private ulong FlagsOf(DrivePlace place) => Ask(cancellation => new KvReader(place.Session).GetAsync(place.Key, ConsulConsistency.Default, cancellation)).Entry?.Flags ?? 0;

    /// <summary>
    /// -Confirm:$false, or $ConfirmPreference None. PowerShell tells a provider of no common parameter, and a ShouldContinue that is asked all
    /// the same would hang a job that was told not to ask; so the command is looked up where the engine keeps it, and asked for where it is not found.
    /// </summary>
    private bool IsNeverAsked
    {
        get
        {
            if (CallingCommand is { } command && command.BoundParameters.TryGetValue("Confirm", out var asked)) return !LanguagePrimitives.IsTrue(asked);
            return SessionState.PSVariable.GetValue("ConfirmPreference") is { } given && LanguagePrimitives.TryConvertTo<ConfirmImpact>(given, out var preference) && preference == ConfirmImpact.None;
        }
    }

    private InvocationInfo? CallingCommand
    {
        get
        {
            const BindingFlags hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
            var context = typeof(CmdletProvider).GetProperty("Context", hidden)?.GetValue(this);
            return context?.GetType().GetProperty("MyInvocation", hidden)?.GetValue(context) as InvocationInfo;
        }
    }

    private static ConsulFinding Missing(DrivePlace place) =>
        ConsulFinding.Create("Key.Missing", ("key", Shown(place)), ("prefix", Printable.Text(place.Parent)), ("address", place.Session.Address));
}
