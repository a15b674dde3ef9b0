using System.Management.Automation;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Folders;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Commands;

public sealed partial class ConsulKvProvider
{
    private const int ReadAtOnce = 16;

    /// <inheritdoc/>
    protected override object GetChildItemsDynamicParameters(string path, bool recurse) => new ChildItemParameters();

    /// <summary>What is in a folder; of a key, the key.</summary>
    protected override void GetChildItems(string path, bool recurse) => GetChildItems(path, recurse, uint.MaxValue);

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse, uint depth) => For(path, AclOperation.List, place =>
    {
        if (!place.IsFolder && !place.IsRoot)
        {
            var presence = Look(place);
            if (!presence.IsFolder && presence.Key?.Entry is { } entry)
            {
                WriteItemObject(WithValues ? entry : ConsulKvItem.Of(entry.Key, place.Session.Name), path, isContainer: false);
                return;
            }
        }
        var folders = new KvFolder(place.Session);
        var (pattern, beginning) = FilterOf();
        var answer = new ListingAnswer();
        var twins = new FolderTwins();
        Each(recurse && depth > 0
            ? folders.TreeAsync(place.Folder, depth, ConsulConsistency.Default, answer.Take, stop.Token)
            : folders.ChildrenAsync(place.Folder, beginning, ConsulConsistency.Default, answer.Take, stop.Token), items =>
        {
            answer.Any = true;
            Show(place, [.. items.Select(item => (item, twins.Has(item))).Where(pair => IsWanted(pair.item) && pattern?.IsMatch(pair.item.Name) != false)]);
        });
        Explain(answer, place, beginning);
    });

    /// <inheritdoc/>
    protected override void GetChildNames(string path, ReturnContainers returnContainers) => For(path, AclOperation.List, place =>
    {
        var (pattern, beginning) = FilterOf();
        var answer = new ListingAnswer();
        var twins = new FolderTwins();
        var left = 0L;
        Each(new KvFolder(place.Session).ChildrenAsync(place.Folder, beginning, ConsulConsistency.Default, answer.Take, stop.Token), items =>
        {
            answer.Any = true;
            foreach (var item in items)
            {
                var isTwin = twins.Has(item);
                if (!DrivePath.MayBeGlobbed(item.Key.Substring(place.Folder.Length), place.Drive.Name))
                {
                    left++;
                    continue;
                }
                if (!IsWanted(item) || pattern?.IsMatch(item.Name) == false) continue;
                // Beside a key of the same name only the slash says which of the two is meant.
                WriteItemObject(isTwin ? item.Name + "/" : item.Name, PathOf(place, item, isTwin), item.IsFolder);
            }
        });
        if (left > 0)
            WriteWarning($"{Amount.Of(left, "name")} in '{Printable.Text(place.Folder, 200)}' cannot stand in a path and {(left == 1 ? "is" : "are")} left out here; Get-ChildItem without wildcards and Get-ConsulKv -Prefix '{Printable.Text(place.Folder, 200)}' -NamesOnly show {(left == 1 ? "it" : "them")}.");
        Explain(answer, place, beginning);
    });

    /// <summary>True when there is something in a folder besides its own key. A key of this name is meant itself, not the folder.</summary>
    protected override bool HasChildItems(string path)
    {
        var found = false;
        For(path, AclOperation.List, place =>
        {
            if (!place.IsFolder && !place.IsRoot && Look(place).IsKey) return;
            found = Ask(async cancellation =>
            {
                await foreach (var items in new KvFolder(place.Session).ChildrenAsync(place.Folder, "", ConsulConsistency.Default, (_, _) => { }, cancellation).ConfigureAwait(false))
                    if (items.Length > 0) return true;
                return false;
            });
        });
        return found;
    }

    /// <inheritdoc/>
    protected override object GetChildNamesDynamicParameters(string path) => new ChildItemParameters();

    private bool IsWanted(ConsulKvItem item) => DynamicParameters is not ChildItemParameters given || (!(given.File && item.IsFolder) && !(given.Directory && !item.IsFolder));

    /// <summary>A folder's path has a slash at its end only where it would else be that of a key.</summary>
    private static string PathOf(DrivePlace place, ConsulKvItem item, bool isTwin)
    {
        var path = DrivePath.Of(place.Drive, item.Key, place.Folder);
        return item.IsFolder && !isTwin ? path.TrimEnd('/') : path;
    }

    private bool WithValues => DynamicParameters is ChildItemParameters { Values.IsPresent: true };

    /// <summary>-Filter tells keys apart by case, as Consul does; what stands before its first wildcard Consul itself looks for.</summary>
    private (WildcardPattern? Pattern, string Beginning) FilterOf()
    {
        if (string.IsNullOrEmpty(Filter)) return (null, "");
        var end = Filter.IndexOfAny(['*', '?', '[', '`', '/', '\\']);
        return (new WildcardPattern(Filter), end < 0 ? Filter : Filter.Substring(0, end));
    }

    private void Show(DrivePlace place, (ConsulKvItem Item, bool IsTwin)[] items)
    {
        if (!WithValues)
        {
            foreach (var (item, isTwin) in items) WriteItemObject(item, PathOf(place, item, isTwin), item.IsFolder);
            return;
        }
        var reader = new KvReader(place.Session);
        for (var start = 0; start < items.Length; start += ReadAtOnce)
        {
            var some = items.Skip(start).Take(ReadAtOnce).ToArray();
            var reads = Ask(cancellation => Task.WhenAll(some.Select(pair => pair.Item.IsFolder || KvKey.Check(pair.Item.Key, isPrefix: false) is not null
                ? Task.FromResult<KvReadResult?>(null) : ReadAsync(reader, pair.Item.Key, cancellation))));
            for (var position = 0; position < some.Length; position++)
            {
                var (item, isTwin) = some[position];
                // Gone meanwhile: not there any more.
                if (reads[position] is { State: KvReadState.Missing }) continue;
                if (reads[position]?.Finding is { } finding) WriteError(FindingErrors.Create(finding, item.Key));
                else WriteItemObject(reads[position]?.Entry ?? (object)item, PathOf(place, item, isTwin), item.IsFolder);
            }
        }
    }

    private static async Task<KvReadResult?> ReadAsync(KvReader reader, string key, CancellationToken cancellation) =>
        await reader.GetAsync(key, ConsulConsistency.Default, cancellation).ConfigureAwait(false);

    private void Explain(ListingAnswer answer, DrivePlace place, string beginning)
    {
        if (answer.State is KvReadState.Missing or KvReadState.Found || answer.Finding is not { } finding) return;
        if (answer.Any) WriteWarning(FindingErrors.Warning(finding));
        else if (beginning.Length == 0 || answer.State == KvReadState.Forbidden) throw ConsulException.From(finding);
    }
}
