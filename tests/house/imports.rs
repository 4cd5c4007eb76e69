//! Who imports whom: every `use` and every path of the sources, as tokens, with re-exports followed to what they name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The sources by the path of their module, such as `users::web::person`; the crate's root is the empty one.
pub struct House {
    pub files: BTreeMap<String, File>,
}

/// A source, and what it takes from where.
pub struct File {
    /// Its path below `src`.
    pub name: String,
    /// The modules of this crate that it imports from, each with the names that it takes.
    pub imports: BTreeMap<String, BTreeSet<String>>,
    /// The other crates that it names.
    pub crates: BTreeSet<String>,
}

/// A path as it stands in a source.
struct Named {
    /// The module in which it stands: inline ones count.
    within: Vec<String>,
    path: Vec<String>,
    /// What a `use` binds it to; none for a path in code.
    bound: Option<String>,
    is_handed_on: bool,
}

impl House {
    /// Reads every file below `src`.
    pub fn read() -> Self {
        let sources = sources();
        let named: BTreeMap<String, Vec<Named>> =
            sources.iter().map(|(module, (_, text))| (module.clone(), named(module, text))).collect();
        let map = Map { handed_on: handed_on(&named), modules: sources.keys().cloned().collect() };
        let files = sources.into_iter().map(|(module, (name, _))| {
            let (imports, crates) = map.taken_by(&module, &named[&module]);
            (module, File { name, imports, crates })
        });
        Self { files: files.collect() }
    }

    /// Each arrow from file to file, with the names that are taken.
    pub fn arrows(&self) -> impl Iterator<Item = (&File, &File, &BTreeSet<String>)> {
        self.files
            .values()
            .flat_map(move |from| from.imports.iter().map(move |(to, names)| (from, &self.files[to], names)))
    }
}

/// Which modules there are, and what each hands on that is defined elsewhere.
struct Map {
    modules: BTreeSet<String>,
    handed_on: BTreeMap<(String, String), Vec<String>>,
}

impl Map {
    fn taken_by(
        &self,
        module: &str,
        named: &[Named],
    ) -> (BTreeMap<String, BTreeSet<String>>, BTreeSet<String>) {
        let (mut imports, mut crates) = (BTreeMap::<String, BTreeSet<String>>::new(), BTreeSet::new());
        let bound = self.bound_modules(named);
        for Named { within, path, .. } in named {
            let Some(whole) = self.whole(within, path, &bound) else {
                crates.insert(path[0].clone());
                continue;
            };
            let (from, item) = self.defined(&whole);
            if let Some(item) = item.filter(|_| from != module) {
                imports.entry(from).or_default().insert(item);
            }
        }
        (imports, crates)
    }

    /// The names by which a file knows other modules.
    fn bound_modules(&self, named: &[Named]) -> BTreeMap<String, Vec<String>> {
        let modules = named.iter().filter_map(|named| {
            let whole = self.whole(&named.within, &named.path, &BTreeMap::new())?;
            let (module, item) = self.defined(&whole);
            let module = if module.is_empty() { Vec::new() } else { split(&module) };
            item.is_none().then(|| Some((named.bound.clone()?, module)))?
        });
        modules.collect()
    }

    /// The path from the crate's root; none for one that leads into another crate, or to a name in the same file.
    fn whole(
        &self,
        within: &[String],
        path: &[String],
        bound: &BTreeMap<String, Vec<String>>,
    ) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([within, rest].concat()),
            "super" => {
                let above = &within[..within.len().checked_sub(1)?];
                let rest: Vec<String> = if rest.first().is_some_and(|next| next == "super") {
                    rest.to_vec()
                } else {
                    [&["self".to_owned()], rest].concat()
                };
                self.whole(above, &rest, bound)
            }
            name if bound.contains_key(name) => Some([&bound[name], rest].concat()),
            name => {
                let child = [within, &[name.to_owned()]].concat();
                self.modules.contains(&child.join("::")).then(|| [&child, rest].concat())
            }
        }
    }

    /// The module where what a path names is defined, and its name there; none for a module itself.
    fn defined(&self, whole: &[String]) -> (String, Option<String>) {
        let depth = (0..=whole.len()).rev().find(|depth| self.modules.contains(&whole[..*depth].join("::")));
        let (module, rest) = whole.split_at(depth.unwrap_or_default());
        let module = module.join("::");
        let Some(item) = rest.first() else { return (module, None) };
        match self.handed_on.get(&(module.clone(), item.clone())) {
            Some(origin) => self.defined(&[origin, &rest[1..]].concat()),
            None => (module, Some(item.clone())),
        }
    }
}

/// What `pub use` gives another address, by module and name.
fn handed_on(named: &BTreeMap<String, Vec<Named>>) -> BTreeMap<(String, String), Vec<String>> {
    let modules = named.keys().cloned().collect();
    let map = Map { modules, handed_on: BTreeMap::new() };
    let of_file = |(module, named): (&String, &Vec<Named>)| {
        let handed = named.iter().filter(|named| named.is_handed_on).filter_map(|named| {
            let whole = map.whole(&named.within, &named.path, &BTreeMap::new())?;
            Some(((module.clone(), named.bound.clone()?), whole))
        });
        handed.collect::<Vec<_>>()
    };
    named.iter().flat_map(of_file).collect()
}

/// Every source, by its module: its name below `src`, and its text.
fn sources() -> BTreeMap<String, (String, String)> {
    let of_file = |(name, text): (String, String)| {
        let module = name.trim_end_matches(".rs").replace('/', "::");
        let module = module.strip_suffix("::mod").unwrap_or(&module);
        let module = if module == "lib" { "" } else { module };
        (module.to_owned(), (name, text))
    };
    super::rooms::sources()
        .into_iter()
        .filter(|(name, _)| Path::new(name) != Path::new("main.rs"))
        .map(of_file)
        .collect()
}

fn split(module: &str) -> Vec<String> {
    module.split("::").map(str::to_owned).collect()
}

/// Every path in a source.
fn named(module: &str, text: &str) -> Vec<Named> {
    let tokens: TokenStream = text.parse().expect("tokens");
    let within = if module.is_empty() { Vec::new() } else { split(module) };
    let mut found = Vec::new();
    collect(&tokens.into_iter().collect::<Vec<_>>(), &within, &mut found);
    found
}

fn collect(tokens: &[TokenTree], within: &[String], found: &mut Vec<Named>) {
    let mut place = 0;
    while place < tokens.len() {
        let (taken, inner) = match &tokens[place] {
            TokenTree::Ident(word) if word == "use" && !is_punct(tokens.get(place + 1), '<') => {
                (use_item(tokens, place, within, found), None)
            }
            TokenTree::Ident(word) if word == "mod" && is_inline_module(tokens, place) => {
                (2, Some(name_of(&tokens[place + 1])))
            }
            TokenTree::Ident(_) => (path(tokens, place, within, found), None),
            TokenTree::Group(group) => {
                collect(&group.stream().into_iter().collect::<Vec<_>>(), within, found);
                (1, None)
            }
            _ => (1, None),
        };
        place += taken;
        if let (Some(name), Some(TokenTree::Group(body))) = (inner, tokens.get(place)) {
            let within = [within, &[name]].concat();
            collect(&body.stream().into_iter().collect::<Vec<_>>(), &within, found);
            place += 1;
        }
    }
}

fn is_inline_module(tokens: &[TokenTree], place: usize) -> bool {
    matches!(tokens.get(place + 2), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace)
}

/// Reads `use …;`; tells how many tokens it has.
fn use_item(tokens: &[TokenTree], place: usize, within: &[String], found: &mut Vec<Named>) -> usize {
    let end = tokens[place..].iter().position(|token| is_punct(Some(token), ';')).expect("the end of a use");
    let before = &tokens[..place];
    let is_handed_on = match before.last() {
        Some(TokenTree::Ident(word)) => word == "pub",
        // `pub(crate)`, but not an attribute's brackets.
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Parenthesis,
        _ => false,
    };
    for (path, bound) in leaves(&tokens[place + 1..place + end]) {
        found.push(Named { within: within.to_vec(), path, bound, is_handed_on });
    }
    end + 1
}

/// The paths of a tree of uses, each with the name that it is bound to: none for `*`.
fn leaves(tokens: &[TokenTree]) -> Vec<(Vec<String>, Option<String>)> {
    let (mut path, mut bound, mut all) = (Vec::new(), None, Vec::new());
    let mut rest = tokens.iter().peekable();
    while let Some(token) = rest.next() {
        match token {
            TokenTree::Ident(word) if word == "as" => bound = rest.next().map(name_of),
            TokenTree::Ident(word) => path.push(word.to_string()),
            TokenTree::Group(group) => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                for branch in
                    inside.split(|token| is_punct(Some(token), ',')).filter(|branch| !branch.is_empty())
                {
                    all.extend(
                        leaves(branch).into_iter().map(|(end, bound)| ([path.clone(), end].concat(), bound)),
                    );
                }
                return all.into_iter().map(without_self).collect();
            }
            TokenTree::Punct(punct) if punct.as_char() == '*' => path.push("*".to_owned()),
            _ => {}
        }
    }
    let bound = bound.or_else(|| path.last().cloned());
    vec![(path, bound)]
}

/// `a::{self}` is `a`.
fn without_self((mut path, mut bound): (Vec<String>, Option<String>)) -> (Vec<String>, Option<String>) {
    if path.len() > 1 && path.last().is_some_and(|end| end == "self") {
        path.pop();
        if bound.as_deref() == Some("self") {
            bound = path.last().cloned();
        }
    }
    (path, bound)
}

/// Reads a path of at least two segments; tells how many tokens it has.
fn path(tokens: &[TokenTree], place: usize, within: &[String], found: &mut Vec<Named>) -> usize {
    let mut path = vec![name_of(&tokens[place])];
    let mut end = place + 1;
    while is_punct(tokens.get(end), ':') && is_punct(tokens.get(end + 1), ':') {
        let Some(TokenTree::Ident(next)) = tokens.get(end + 2) else { break };
        path.push(next.to_string());
        end += 3;
    }
    // `.method::<T>()`, `$crate::…`, and the tail of a path behind `<T as Trait>::` begin nowhere.
    let before = |steps: usize| place.checked_sub(steps).and_then(|place| tokens.get(place));
    let goes_on = is_punct(before(1), ':') && is_punct(before(2), ':');
    let begins = !goes_on && !is_punct(before(1), '.') && !is_punct(before(1), '$');
    if path.len() > 1 && begins {
        found.push(Named { within: within.to_vec(), path, bound: None, is_handed_on: false });
    }
    end - place
}

fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

fn name_of(token: &TokenTree) -> String {
    token.to_string()
}
