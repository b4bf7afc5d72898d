//! Hand-made programmes, each with its answer worked out in the comment.

mod care;
mod impact;
mod people;
mod usage;
mod village;

use village::Village;
