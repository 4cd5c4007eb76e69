//! Where the page is: the organization's, or a project's.

use crate::authority::ProjectViewer;
use crate::links::{Link, Links, LlmKeyLinks, ProjectLinks};
use crate::llm_keys::Keeper;

/// The addresses of a page of keys.
pub struct KeysAt {
    pub links: Links,
    project: Option<Project>,
}

struct Project {
    id: String,
    slug: String,
    name: String,
}

impl KeysAt {
    /// Those of the person who keeps the keys.
    pub fn of(keeper: Keeper<'_>) -> Self {
        match keeper {
            Keeper::Organization(admin) => Self::of_organization(admin.links()),
            Keeper::Project(admin) => Self::of_project(admin),
        }
    }

    /// The organization's.
    pub fn of_organization(links: Links) -> Self {
        Self { links, project: None }
    }

    /// A project's.
    pub fn of_project(viewer: &ProjectViewer) -> Self {
        let project = viewer.project();
        let (id, slug, name) = (project.id.clone(), project.slug.clone(), project.name.clone());
        Self { links: viewer.links(), project: Some(Project { id, slug, name }) }
    }

    /// The page.
    pub fn llm_keys(&self) -> Link {
        self.in_project().map_or_else(|| self.links.llm_keys(), |project| project.llm_keys())
    }

    /// What is below it for one provider.
    pub fn llm_key(&self, provider: &str) -> LlmKeyLinks {
        self.in_project().map_or_else(|| self.links.llm_key(provider), |project| project.llm_key(provider))
    }

    /// The addresses of the project.
    pub fn in_project(&self) -> Option<ProjectLinks> {
        self.project.as_ref().map(|project| self.links.project(&project.slug))
    }

    /// The project's slug, if it is a project's.
    pub fn project(&self) -> Option<&str> {
        self.project.as_ref().map(|project| project.slug.as_str())
    }

    /// The project's id, if it is a project's.
    pub fn project_id(&self) -> Option<&str> {
        self.project.as_ref().map(|project| project.id.as_str())
    }

    /// That there are no keys.
    pub fn none_yet(&self) -> &'static str {
        match self.project {
            Some(_) => "No project keys yet. The project uses the organization’s keys.",
            None => "No keys yet. Projects can’t call models.",
        }
    }

    /// What the project is called; nothing for the organization.
    pub fn project_name(&self) -> &str {
        self.project.as_ref().map_or("", |project| &project.name)
    }
}
